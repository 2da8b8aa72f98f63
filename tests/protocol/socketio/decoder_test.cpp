#include <tests/catch.hpp>

#include <troupe/protocol/socketio/decoder.hpp>

using namespace troupe::protocol;
using namespace troupe::protocol::socketio;
using namespace std::chrono_literals;

namespace {

const limits bounds;
const decoder::time_point start{};

}  // namespace

TEST_CASE("a text packet is whole at once and owns its text") {
  decoder tested(bounds);
  std::string text = "2[\"a long enough name to be on the heap\",1]";
  const auto packet = tested.text(text, start).value();
  text.assign(text.size(), 'x');
  REQUIRE(packet);
  CHECK(packet->view().arguments.at(1) == "1");
  CHECK(packet->view().arguments.at(0) == "\"a long enough name to be on the heap\"");
  CHECK(packet->attachments().empty());
  CHECK(tested.deadline() == decoder::time_point::max());
}

TEST_CASE("a short packet's view survives the move into the packet") {
  decoder tested(bounds);
  CHECK(tested.text("2[\"x\"]", start).value()->view().arguments.at(0) == "\"x\"");
}

TEST_CASE("a binary packet is whole with its last attachment") {
  decoder tested(bounds);
  CHECK(tested.text("52-[\"x\",{\"_placeholder\":true,\"num\":0}]", start).value() == nullptr);
  CHECK(tested.deadline() == start + 60s);
  CHECK(tested.binary("one").value() == nullptr);
  const auto packet = tested.binary("two").value();
  REQUIRE(packet);
  CHECK(packet->attachments()[0] == "one");
  CHECK(packet->attachments()[1] == "two");
  CHECK(tested.deadline() == decoder::time_point::max());
  CHECK(tested.text("2[\"y\"]", start).value() != nullptr);
}

TEST_CASE("text while attachments are awaited is refused") {
  decoder tested(bounds);
  tested.text("51-[\"x\"]", start).value();
  CHECK(tested.text("2[\"x\"]", start).error() == errc::unexpected_text);
}

TEST_CASE("binary that nothing announced is refused") {
  decoder tested(bounds);
  CHECK(tested.binary("x").error() == errc::unexpected_binary);
  tested.text("51-[\"x\"]", start).value();
  tested.binary("x").value();
  CHECK(tested.binary("x").error() == errc::unexpected_binary);
}

TEST_CASE("a packet that does not parse is refused with the parser's error") {
  decoder tested(bounds);
  CHECK(tested.text("2[", start).error() == errc::bad_json);
}
