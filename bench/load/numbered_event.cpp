#include "numbered_event.hpp"

#include <charconv>
#include <iterator>
#include <random>

#include "fail.hpp"
#include "msgpack.hpp"

namespace load {

namespace {

std::string nsp_prefix(const scenario& what) {
  return what.nsp == "/" ? std::string() : what.nsp + ",";
}

/// Of words where it is to be compressed: one letter repeated would be far too easy.
std::string filling_of(const scenario& what) {
  std::string made;
  if (!what.deflate) return made.assign(what.bytes - numbered_event::number_digits, 'x');
  constexpr std::string_view words[] = {"actor",  "stage",  "curtain",  "scene",
                                        "chorus", "prompt", "lights",   "player",
                                        "wings",  "cue",    "audience", "act"};
  std::minstd_rand random;  // The same on every machine.
  while (made.size() < what.bytes) made.append(words[random() % std::size(words)]) += ' ';
  made.resize(what.bytes - numbered_event::number_digits);
  return made;
}

}  // namespace

numbered_event::numbered_event(const scenario& what)
    : what_(what),
      event_(what.kind == "echo" ? "echo"
             : what.rooms != 0   ? "room"
                                 : "chat"),
      filling_(filling_of(what)) {
  const std::string_view received = what.kind == "echo" ? "echo" : "chat";
  tail_ = filling_;
  if (what.msgpack) {
    head_ = msgpack::event_head(received, what.bytes);
    tail_ += msgpack::event_end(what.nsp);
    return;
  }
  head_ = (what.ack ? "3" : what.binary ? "51-" : "2") + nsp_prefix(what);
  if (!what.ack) head_.append("[\"").append(received).append("\",");
  if (!what.ack && !what.binary) head_ += '"';
  if (!what.binary) tail_ += what.recovery ? "\",\"" : "\"]";
}

std::string numbered_event::body_of(std::uint64_t number) const {
  const std::string digits = std::to_string(number);
  return std::string(number_digits - digits.size(), '0') + digits + filling_;
}

std::string numbered_event::outgoing(std::uint64_t number) const {
  if (!what_.msgpack) return json(number);
  return msgpack::event_head(event_, what_.bytes) + body_of(number) + msgpack::event_end(what_.nsp);
}

std::string numbered_event::json(std::uint64_t number) const {
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
  const std::size_t whole = number_digits + tail_.size();
  // An offset may say anything, and its end is the packet's.
  if (what_.recovery && rest.size() > whole && rest.ends_with("\"]")) rest = rest.substr(0, whole);
  if (rest.size() != whole || rest.substr(number_digits) != tail_) fail("an event is not whole");
  std::uint64_t number = 0;
  if (std::from_chars(rest.data(), rest.data() + number_digits, number).ptr !=
      rest.data() + number_digits)
    fail("an event has lost its number");
  return number;
}

}  // namespace load
