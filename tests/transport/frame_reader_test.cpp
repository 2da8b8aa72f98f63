#include <tests/catch.hpp>

#include <cstring>
#include <string>
#include <vector>

#include <tests/transport/client_frames.hpp>
#include <troupe/transport/frame_reader.hpp>

using namespace troupe::transport;
using event = frame_reader::event;
using testing::client_frame;
using testing::close_payload;

namespace {

struct seen {
  event what;
  std::string payload;
  std::uint16_t code;
  bool operator==(const seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const seen& one) {
  return out << static_cast<int>(one.what) << ' ' << one.code << " [" << one.payload.substr(0, 40)
             << "] " << one.payload.size();
}

constexpr std::size_t unbounded = 1 << 30;

// Reads `bytes` in pieces of `step`, or the whole at once.
std::vector<seen> read(std::string bytes, std::size_t step = unbounded,
                       std::size_t message_bytes_max = 1 << 20, std::size_t fragments_max = 16) {
  frame_reader reader(message_bytes_max, fragments_max);
  std::vector<seen> all;
  for (std::size_t at = 0; at < bytes.size(); at += std::min(step, bytes.size())) {
    // A copy of exact size, so that a sanitizer sees what reads past the end.
    std::vector<char> piece(
        bytes.begin() + static_cast<std::ptrdiff_t>(at),
        bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), at + step)));
    std::span<char> rest(piece);
    while (!rest.empty()) {
      const event what = reader.next(rest);
      if (what == event::none) continue;
      all.push_back({what, std::string(reader.payload()), reader.code()});
      if (what == event::failure) return all;
    }
  }
  return all;
}

// The same for each size of the pieces: where the bytes are cut must not matter.
std::vector<seen> read_at_all_splits(const std::string& bytes) {
  const auto whole = read(bytes);
  for (std::size_t step = 1; step < std::min<std::size_t>(bytes.size(), 40); ++step)
    if (read(bytes, step) != whole) FAIL("pieces of " << step << " change what is read");
  return whole;
}

std::uint16_t failure_of(const std::string& bytes) {
  const auto all = read_at_all_splits(bytes);
  return !all.empty() && all.back().what == event::failure ? all.back().code : 0;
}

}  // namespace

TEST_CASE("frame reader unmasks messages of every length form, however they are cut") {
  for (const std::size_t size : {0u, 1u, 7u, 8u, 9u, 125u, 126u, 127u, 300u, 65'535u, 65'536u}) {
    std::string payload(size, '\0');
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(i * 7 + 13);
    CHECK(read_at_all_splits(client_frame(testing::binary, payload)) ==
          std::vector<seen>{{event::binary, payload, 0}});
  }
}

TEST_CASE("frame reader takes several messages from one piece and empties the input") {
  const std::string bytes = client_frame(testing::text, "one") + client_frame(testing::text, "") +
                            client_frame(testing::binary, "\xFF") +
                            client_frame(testing::pong, "p");
  CHECK(read_at_all_splits(bytes) == std::vector<seen>{{event::text, "one", 0},
                                                       {event::text, "", 0},
                                                       {event::binary, "\xFF", 0},
                                                       {event::pong, "p", 0}});
}

TEST_CASE("frame reader shows a message that came in one piece where it lies") {
  std::string bytes = client_frame(testing::text, "in place");
  frame_reader reader(100, 1);
  std::span<char> input(bytes);
  REQUIRE(reader.next(input) == event::text);
  CHECK(reader.payload().data() == bytes.data() + 6);
  CHECK(reader.held_bytes() <= 2 * std::string().capacity());
}

TEST_CASE("frame reader accepts lengths that are not minimally encoded") {
  const std::string mask(4, '\0');
  CHECK(read_at_all_splits("\x81" + testing::frame_length(3, 0x80, 8) + mask + "abc" + "\x81" +
                           testing::frame_length(3, 0x80, 2) + mask + "def") ==
        std::vector<seen>{{event::text, "abc", 0}, {event::text, "def", 0}});
}

TEST_CASE("frame reader joins fragments with control frames between them") {
  const std::string bytes =
      client_frame(testing::text, "caf\xC3", false) + client_frame(testing::ping, "are you there") +
      client_frame(testing::more, "", false) + client_frame(testing::more, "\xA9!", false) +
      client_frame(testing::pong, "") + client_frame(testing::more, "") +
      client_frame(testing::binary, "", false) + client_frame(testing::more, "\x01");
  CHECK(read_at_all_splits(bytes) == std::vector<seen>{{event::ping, "are you there", 0},
                                                       {event::pong, "", 0},
                                                       {event::text, "caf\xC3\xA9!", 0},
                                                       {event::binary, "\x01", 0}});
}

TEST_CASE("frame reader refuses what RFC 6455 forbids") {
  using namespace testing;
  CHECK(failure_of("\x81\x03"
                   "abc") == 1002);                           // Not masked.
  CHECK(failure_of(client_frame(0x40 | text, "x")) == 1002);  // Reserved bits.
  CHECK(failure_of(client_frame(0x20 | text, "x")) == 1002);
  CHECK(failure_of(client_frame(0x10 | ping, "x")) == 1002);
  for (const unsigned char opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    CHECK(failure_of(client_frame(opcode, "x")) == 1002);
  CHECK(failure_of(client_frame(ping, "x", false)) == 1002);  // A control frame in fragments.
  CHECK(failure_of(client_frame(closing, "", false)) == 1002);
  CHECK(failure_of(client_frame(ping, std::string(126, 'x'))) == 1002);
  CHECK(read_at_all_splits(client_frame(ping, std::string(125, 'x'))).size() == 1);
  CHECK(failure_of(client_frame(more, "x")) == 1002);  // Continues nothing.
  CHECK(failure_of(client_frame(text, "a", false) + client_frame(text, "b")) == 1002);
  CHECK(failure_of(client_frame(text, "a") + client_frame(more, "b")) == 1002);
  CHECK(failure_of(std::string("\x82\xFF\x80", 3) + std::string(11, '\0')) == 1002);  // 2^63 bytes.
}

TEST_CASE("frame reader refuses a bad frame at its first two bytes") {
  CHECK(read("\x83\x80").size() == 1);
  CHECK(read(std::string("\x81\x00", 2)).size() == 1);
}

TEST_CASE("frame reader refuses text that is not UTF-8 as soon as it comes") {
  using namespace testing;
  CHECK(failure_of(client_frame(text, "\xC0\x80")) == 1007);
  CHECK(failure_of(client_frame(text, "cut \xE2\x82")) == 1007);
  CHECK(failure_of(client_frame(text, "\xE2", false) + client_frame(more, "\x28\xA1", false)) ==
        1007);
  CHECK(failure_of(client_frame(text, "\xE2", false) + client_frame(more, "")) == 1007);
  CHECK(failure_of(client_frame(binary, "\xC0\x80")) == 0);
  // The frame is not complete, and will not be read to its end.
  CHECK(
      read(client_frame(text, std::string("\xFF") + std::string(1000, 'x')).substr(0, 10)).back() ==
      seen{event::failure, "", 1007});
}

TEST_CASE("frame reader checks the payload of a Close frame") {
  using namespace testing;
  const auto of = [](const std::string& payload) {
    return read_at_all_splits(client_frame(testing::closing, payload)).back();
  };
  CHECK(of("") == seen{event::close, "", close_no_code});
  CHECK(of(close_payload(1000)) == seen{event::close, "", 1000});
  CHECK(of(close_payload(1001, "going \xC3\xA9")) == seen{event::close, "going \xC3\xA9", 1001});
  CHECK(of("\x03") == seen{event::failure, "", 1002});
  CHECK(of(close_payload(1000, "\xFF")) == seen{event::failure, "", 1007});
  CHECK(of(close_payload(1000, "\xC3")) == seen{event::failure, "", 1007});
  for (const std::uint16_t code : {1000, 1003, 1007, 1011, 1012, 1014, 3000, 4999})
    CHECK(of(close_payload(code)).what == event::close);
  for (const std::uint16_t code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535})
    CHECK(of(close_payload(code)) == seen{event::failure, "", 1002});
}

TEST_CASE("frame reader refuses a message over the limit at the header that announces it") {
  const std::string whole = client_frame(testing::binary, std::string(101, 'x'));
  CHECK(read(client_frame(testing::binary, std::string(100, 'x')), unbounded, 100).back().what ==
        event::binary);
  CHECK(read(whole.substr(0, 6), unbounded, 100).back() == seen{event::failure, "", 1009});
  const std::string in_parts = client_frame(testing::binary, std::string(60, 'x'), false) +
                               client_frame(testing::more, std::string(41, 'x')).substr(0, 6);
  CHECK(read(in_parts, unbounded, 100).back() == seen{event::failure, "", 1009});
  CHECK(read(std::string("\x82\xFF\x7F", 3) + std::string(7, '\xFF') + "mask", unbounded, 100)
            .back() == seen{event::failure, "", 1009});
}

TEST_CASE("frame reader bounds the fragments of one message") {
  std::string bytes = client_frame(testing::text, "", false);
  for (int i = 0; i < 2; ++i) bytes += client_frame(testing::more, "", false);
  CHECK(read(bytes, unbounded, 100, 3).empty());
  CHECK(read(bytes + client_frame(testing::more, ""), unbounded, 100, 4).back().what ==
        event::text);
  CHECK(read(bytes + client_frame(testing::more, ""), unbounded, 100, 3).back() ==
        seen{event::failure, "", 1008});
  // Each message has the whole allowance.
  const std::string two =
      client_frame(testing::text, "a", false) + client_frame(testing::more, "b");
  CHECK(read(two + two, unbounded, 2, 2).size() == 2);
}

TEST_CASE("frame reader holds at most twice what arrived, and nothing between messages") {
  std::string bytes = client_frame(testing::binary, std::string(900'000, 'x'));
  frame_reader reader(1'000'000, 1);
  std::span<char> input(bytes);
  std::size_t given = 0;
  event what = event::none;
  while (!input.empty()) {
    std::span<char> piece = input.first(std::min<std::size_t>(input.size(), 1000));
    input = input.subspan(piece.size());
    given += piece.size();
    what = reader.next(piece);
    CHECK(reader.held_bytes() <= 2 * given + 64);
  }
  CHECK(what == event::binary);
  CHECK(reader.payload() == std::string(900'000, 'x'));
  reader.release();
  CHECK(reader.held_bytes() <= 64);
}
