#include <tests/catch.hpp>

#include <troupe/protocol/socketio/value.hpp>

using troupe::argument_writer;
using troupe::value;
namespace socketio = troupe::protocol::socketio;

namespace {

const troupe::protocol::limits bounds;

// The arguments behind the name of a received event.
std::vector<value> received(std::string text, const std::vector<std::string>& attachments) {
  socketio::decoder decoder(bounds);
  auto packet = decoder.text(std::move(text), {}).value();
  for (const std::string& attachment : attachments) packet = decoder.binary(attachment).value();
  std::vector<value> values;
  for (std::size_t i = 1; i < packet->view().arguments.size(); ++i) {
    values.push_back(value::from_packet(packet, packet->view().arguments[i]));
  }
  return values;
}

value binary(std::string_view text) {
  return value(std::as_bytes(std::span<const char>(text)));
}

std::vector<std::string> texts(const argument_writer& writer) {
  return {writer.texts().begin(), writer.texts().end()};
}

std::vector<std::string> attachments(const argument_writer& writer) {
  return {writer.attachments().begin(), writer.attachments().end()};
}

using list = std::vector<std::string>;
const std::string first = "{\"_placeholder\":true,\"num\":0}";
const std::string second = "{\"_placeholder\":true,\"num\":1}";

}  // namespace

TEST_CASE("an event's name comes first, an ack has none") {
  const std::vector<value> values{1, "b"};
  CHECK(texts(argument_writer("say \"hi\"", values)) == list{"\"say \\\"hi\\\"\"", "1", "\"b\""});
  CHECK(texts(argument_writer({}, values)) == list{"1", "\"b\""});
  CHECK(texts(argument_writer("x", {})) == list{"\"x\""});
}

TEST_CASE("values of one packet forwarded in order keep their very text") {
  const auto values =
      received("52-[\"x\", {\"num\":0 ,\"_placeholder\":true},[" + second + "]]", {"a", "b"});
  const argument_writer writer("y", values);
  CHECK(writer.texts()[1].data() == values[0].json().data());
  CHECK(writer.texts()[2].data() == values[1].json().data());
  CHECK(attachments(writer) == list{"a", "b"});
}

TEST_CASE("values of several packets are numbered anew") {
  const auto one = received("52-[\"x\",{\"k\":" + first + "}," + second + "]", {"a", "b"});
  const std::vector<value> values{binary("z"), one[1], 5, one[0], binary("")};
  const argument_writer writer({}, values);
  CHECK(texts(writer) == list{first, second, "5", "{\"k\":{\"_placeholder\":true,\"num\":2}}",
                              "{\"_placeholder\":true,\"num\":3}"});
  CHECK(attachments(writer) == list{"z", "b", "a", ""});
}

TEST_CASE("only the attachments that are meant are sent") {
  const auto values = received("52-[\"x\"," + second + "]", {"a", "b"});
  const argument_writer writer({}, values);
  CHECK(texts(writer) == list{first});
  CHECK(attachments(writer) == list{"b"});
}

TEST_CASE("an attachment that is meant many times is sent once") {
  const auto values =
      received("51-[\"x\"," + first + ",[" + first + "," + first + "]]", {std::string(100, 'a')});
  const argument_writer writer({}, values);
  CHECK(attachments(writer).size() == 1);
  CHECK(texts(writer) == list{first, "[" + first + "," + first + "]"});
}

TEST_CASE("a client's own placeholder is no placeholder beside attachments") {
  for (const std::string_view number : {",\"num\":0", ",\"num\":99", ",\"num\":\"x\"", ""}) {
    const std::string rest(number);
    const std::string forged = "[{\"k\":{\"_placeholder\":true" + rest + "}}]";
    const std::string harmless = "[{\"k\":{\"_placeholder\":false" + rest + "}}]";
    const value sent = received("2[\"x\"," + forged + "]", {}).at(0);
    const std::vector<value> before{sent, binary("a")};
    CHECK(texts(argument_writer({}, before)) == list{harmless, first});
    const std::vector<value> behind{binary("a"), sent};
    CHECK(texts(argument_writer({}, behind)) == list{first, harmless});
    CHECK(attachments(argument_writer({}, behind)) == list{"a"});
    CHECK(texts(argument_writer({}, std::vector{sent})) == list{forged});
  }
}

TEST_CASE("what a placeholder hides is none when it is taken out") {
  const std::string hidden = "{\"_placeholder\":true,\"num\":99}";
  const auto values =
      received("51-[\"x\",{\"_placeholder\":true,\"num\":0,\"k\":[" + hidden + "]}]", {"a"});
  const value out = values.at(0).at("k");
  CHECK_FALSE(out.has_attachments());
  CHECK(texts(argument_writer({}, std::vector{out})) == list{"[" + hidden + "]"});
  CHECK(attachments(argument_writer({}, std::vector{out})).empty());
  const std::vector<value> both{out, binary("b")};
  const argument_writer writer({}, both);
  CHECK(texts(writer) == list{"[{\"_placeholder\":false,\"num\":99}]", first});
  CHECK(attachments(writer) == list{"b"});
}

TEST_CASE("a mark that its object takes back is not sent beside attachments") {
  const auto values =
      received("51-[\"x\",[" + first + ",{\"_placeholder\":true,\"_placeholder\":0}]]", {"a"});
  CHECK(texts(argument_writer({}, values)) ==
        list{"[" + first + ",{\"_placeholder\":false,\"_placeholder\":0}]"});
}

TEST_CASE("a written event parses back to the same values") {
  const std::vector<value> values{binary("one"), value("text"), binary("two")};
  const argument_writer writer("ev", values);
  const auto frame = socketio::encode_event("/a", writer.texts(), 9, writer.attachments());
  const auto text = frame->message(frame->part_at(0));
  const auto back = received(std::string(text.substr(1)), {"one", "two"});
  CHECK(back.at(0).is_binary());
  CHECK(back.at(1).as_string() == "text");
  CHECK(back.at(2).as_bytes()->size() == 3);
}
