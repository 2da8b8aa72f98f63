#include "numbered_event.hpp"

#include <charconv>

#include "fail.hpp"

namespace load {

namespace {

std::string nsp_prefix(const scenario& what) {
  return what.nsp == "/" ? std::string() : what.nsp + ",";
}

}  // namespace

numbered_event::numbered_event(const scenario& what)
    : what_(what),
      event_(what.kind == "echo" ? "echo"
             : what.rooms != 0   ? "room"
                                 : "chat") {
  head_ = (what.ack ? "3" : what.binary ? "51-" : "2") + nsp_prefix(what);
  if (!what.ack) head_ += what.kind == "echo" ? "[\"echo\"," : "[\"chat\",";
  if (!what.ack && !what.binary) head_ += '"';
  filling_.assign(what.bytes - number_digits, 'x');
  if (!what.binary) filling_ += "\"]";
}

std::string numbered_event::body_of(std::uint64_t number) const {
  const std::string digits = std::to_string(number);
  return std::string(number_digits - digits.size(), '0') + digits +
         std::string(what_.bytes - number_digits, 'x');
}

std::string numbered_event::outgoing(std::uint64_t number) const {
  std::string packet = (what_.binary ? "51-" : "2") + nsp_prefix(what_);
  if (what_.ack) packet += std::to_string(number);
  packet += "[\"" + event_ + "\",";
  if (what_.rooms != 0) {
    packet += '[';
    for (std::size_t i = 0; i < what_.targets; ++i)
      packet += (i == 0 ? "\"r" : ",\"r") + std::to_string((number + i) % what_.rooms) + '"';
    packet += "],";
  }
  if (what_.binary)
    packet += "{\"_placeholder\":true,\"num\":0}";
  else
    packet += '"' + body_of(number) + '"';
  return packet + ']';
}

std::uint64_t numbered_event::number_of(std::string_view received) const {
  std::string_view rest = received;
  if (!what_.binary) {
    // An ack carries its id before the text: `32["...`; the caller sent one of that number.
    const std::size_t head = what_.ack ? received.find('"') + 1 : head_.size();
    if (!matches(received) || head > received.size()) fail("a packet is not what was sent");
    rest.remove_prefix(head);
  }
  if (rest.size() != number_digits + filling_.size() || rest.substr(number_digits) != filling_)
    fail("an event is not whole");
  std::uint64_t number = 0;
  if (std::from_chars(rest.data(), rest.data() + number_digits, number).ptr !=
      rest.data() + number_digits)
    fail("an event has lost its number");
  return number;
}

}  // namespace load
