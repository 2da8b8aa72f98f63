#include <tests/catch.hpp>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <tests/transport/memory_stream.hpp>
#include <troupe/transport/outbox.hpp>

using namespace troupe::transport;
using testing::memory_stream;
using testing::wire;
using verdict = outbox::verdict;

namespace {

struct fixture {
  outbox_limits limits;
  std::shared_ptr<wire> other_end = std::make_shared<wire>();
  memory_stream bytes{other_end};
  outbox out{limits};

  verdict write(const std::vector<std::string>& texts, bool is_owned = false) {
    std::vector<boost::asio::const_buffer> pieces;
    std::vector<std::shared_ptr<const void>> owners;
    for (const auto& text : texts) {
      auto owner = std::make_shared<std::string>(text);
      if (is_owned) {
        pieces.emplace_back(owner->data(), owner->size());
        owners.push_back(owner);
        last_owner = owner;
      } else {
        pieces.emplace_back(text.data(), text.size());
      }
    }
    return out.write(bytes, pieces, owners);
  }

  std::weak_ptr<std::string> last_owner;
};

}  // namespace

TEST_CASE("outbox writes straight to the stream when nothing is queued") {
  fixture f;
  CHECK(f.write({"one", "", "two"}) == verdict::written);
  CHECK(f.other_end->written == "onetwo");
  CHECK(f.other_end->writes == 1);
  CHECK(f.out.empty());
  CHECK(f.out.bytes() == 0);
}

TEST_CASE("outbox queues the rest at every split point and keeps the order") {
  const std::vector<std::string> texts{"alpha", "", "be", "gamma"};
  for (std::size_t room = 0; room <= 12; ++room) {
    fixture f;
    f.other_end->write_room = room;
    CHECK(f.write(texts) == (room < 12 ? verdict::queued : verdict::written));
    CHECK(f.out.bytes() == 12 - room);
    if (room < 12) CHECK(f.write({"z"}) == verdict::queued);
    f.other_end->write_room = wire::unbounded;
    f.other_end->write_bytes_max = 1;
    for (int i = 0; i < 20 && !f.out.empty(); ++i) f.out.flush(f.bytes);
    CHECK(f.other_end->written == (room < 12 ? "alphabegammaz" : "alphabegamma"));
    CHECK(f.out.bytes() == 0);
    CHECK(f.out.slices() == 0);
  }
}

TEST_CASE("outbox copies pieces without an owner and holds the owner of the others") {
  fixture f;
  f.other_end->write_room = 0;
  {
    std::vector<std::string> texts{"copied"};
    CHECK(f.write(texts) == verdict::queued);
    texts[0] = "XXXXXX";
  }
  CHECK(f.write({"owned"}, true) == verdict::queued);
  CHECK(!f.last_owner.expired());
  f.other_end->write_room = wire::unbounded;
  CHECK(f.out.flush(f.bytes) == verdict::written);
  CHECK(f.other_end->written == "copiedowned");
  CHECK(f.last_owner.expired());
}

TEST_CASE("outbox lets go of an owner whose bytes were all written at once") {
  fixture f;
  CHECK(f.write({"owned"}, true) == verdict::written);
  CHECK(f.last_owner.expired());
}

TEST_CASE("outbox refuses what would exceed its bounds and queues nothing of it") {
  fixture f;
  f.limits = {10, 3};
  f.other_end->write_room = 0;
  CHECK(f.write({"12345"}) == verdict::queued);
  CHECK(f.write({"123456"}) == verdict::overflow);
  CHECK(f.out.bytes() == 5);
  CHECK(f.write({"12345"}) == verdict::queued);
  CHECK(f.write({"1"}) == verdict::overflow);
  CHECK(f.out.slices() == 2);

  fixture g;
  g.limits = {100, 3};
  g.other_end->write_room = 0;
  CHECK(g.write({"1", "2", "3"}) == verdict::queued);
  CHECK(g.write({"4"}) == verdict::overflow);
}

TEST_CASE("outbox counts only what the stream did not take against its bounds") {
  fixture f;
  f.limits = {4, 3};
  f.other_end->write_room = 6;
  CHECK(f.write({"1234567890"}) == verdict::queued);
  CHECK(f.out.bytes() == 4);
}

TEST_CASE("outbox takes one piece that is larger than its bound, among others") {
  const std::string large(25, 'x');
  for (const std::size_t room : {std::size_t{0}, std::size_t{8}, std::size_t{20}}) {
    fixture f;
    f.limits = {10, 8};
    f.other_end->write_room = room;
    CHECK(f.write({"12345", large}) == verdict::queued);
    CHECK(f.write({"1"}) == verdict::queued);
    CHECK(f.write({large}) == verdict::overflow);
    CHECK(f.write({"1234"}) == verdict::queued);
    CHECK(f.write({"123456"}) == verdict::overflow);
    f.other_end->write_bytes_max = 3;
    f.other_end->write_room = 40 - room;
    for (int i = 0; i < 20 && !f.out.empty(); ++i) f.out.flush(f.bytes);
    CHECK(f.out.empty());
    CHECK(f.other_end->written == "12345" + large + "11234");
    f.other_end->write_room = 5;
    CHECK(f.write({large, "12345"}) == verdict::queued);
    CHECK(f.write({"123456"}) == verdict::overflow);
  }
}

TEST_CASE("outbox forgets a large piece that it drops, not one that is begun") {
  const std::string large(25, 'x');
  fixture f;
  f.limits = {10, 8};
  f.other_end->write_room = 0;
  f.write({"1", large});
  f.out.drop_unsent(1);
  CHECK(f.write({large}) == verdict::queued);
  f.out.drop_unsent(2);
  CHECK(f.out.bytes() == 26);
  CHECK(f.write({large}) == verdict::overflow);
}

TEST_CASE("outbox reports a broken stream") {
  fixture f;
  f.other_end->write_error = boost::asio::error::broken_pipe;
  CHECK(f.write({"x"}) == verdict::failed);

  fixture g;
  g.other_end->write_room = 0;
  CHECK(g.write({"x"}) == verdict::queued);
  CHECK(g.out.flush(g.bytes) == verdict::queued);
  g.other_end->write_error = boost::asio::error::connection_reset;
  CHECK(g.out.flush(g.bytes) == verdict::failed);
}

TEST_CASE("outbox keeps the slices that the stream below has begun") {
  fixture f;
  f.other_end->write_room = 0;
  f.write({"one", "two", "three", "four"});
  f.out.drop_unsent(4);
  CHECK(f.out.bytes() == 6);
  f.other_end->write_room = 2;
  CHECK(f.out.flush(f.bytes) == verdict::queued);
  f.out.drop_unsent(1);
  CHECK(f.out.slices() == 1);
  CHECK(f.out.bytes() == 1);
  f.write({"end"});
  f.other_end->write_room = wire::unbounded;
  CHECK(f.out.flush(f.bytes) == verdict::written);
  CHECK(f.other_end->written == "oneend");
}

TEST_CASE("outbox drops what is unsent but never the rest of a slice begun") {
  fixture f;
  f.other_end->write_room = 0;
  f.write({"one", "two", "three"});
  f.out.drop_unsent(0);
  CHECK(f.out.empty());
  CHECK(f.out.bytes() == 0);

  f.other_end->write_room = 4;
  f.write({"one", "two", "three"});
  f.out.drop_unsent(0);
  CHECK(f.out.bytes() == 2);
  CHECK(f.out.slices() == 1);
  f.write({"end"});
  f.other_end->write_room = wire::unbounded;
  CHECK(f.out.flush(f.bytes) == verdict::written);
  CHECK(f.other_end->written == "onetwoend");
  f.out.drop_unsent(0);
  CHECK(f.out.empty());
}

TEST_CASE("outbox writes many slices in few calls and in order") {
  fixture f;
  f.other_end->write_room = 0;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = std::to_string(i) + ',';
    expected += text;
    CHECK(f.write({text}) == verdict::queued);
  }
  f.other_end->writes = 0;
  f.other_end->write_room = 2000;
  CHECK(f.out.flush(f.bytes) == verdict::queued);
  CHECK(f.out.bytes() == expected.size() - 2000);
  f.write({"end"});
  f.other_end->write_room = wire::unbounded;
  CHECK(f.out.flush(f.bytes) == verdict::written);
  CHECK(f.other_end->written == expected + "end");
  CHECK(f.other_end->writes <= 1003 / 64 + 3);
}
