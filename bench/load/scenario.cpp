#include "scenario.hpp"

#include <charconv>
#include <functional>
#include <map>
#include <string_view>

#include "fail.hpp"
#include "numbered_event.hpp"

namespace load {

namespace {

using setter = std::function<bool(scenario&, std::string_view)>;

template <class Number>
setter number(Number scenario::*member) {
  return [member](scenario& made, std::string_view text) {
    const auto end = text.data() + text.size();
    return std::from_chars(text.data(), end, made.*member).ptr == end && !text.empty();
  };
}

setter flag(bool scenario::*member) {
  return [member](scenario& made, std::string_view text) {
    made.*member = text == "1";
    return text == "0" || text == "1";
  };
}

bool set_nsp(scenario& made, std::string_view text) {
  made.nsp = text;
  return text.starts_with('/');
}

const std::map<std::string_view, setter>& setters() {
  static const std::map<std::string_view, setter> all{
      {"port", number(&scenario::port)},
      {"pid", number(&scenario::pid)},
      {"clients", number(&scenario::clients)},
      {"pollers", number(&scenario::pollers)},
      {"under_way", number(&scenario::under_way)},
      {"bytes", number(&scenario::bytes)},
      {"senders", number(&scenario::senders)},
      {"rate", number(&scenario::rate)},
      {"seconds", number(&scenario::seconds)},
      {"rooms", number(&scenario::rooms)},
      {"rooms_each", number(&scenario::rooms_each)},
      {"targets", number(&scenario::targets)},
      {"rooms_besides", number(&scenario::rooms_besides)},
      {"binary", flag(&scenario::binary)},
      {"ack", flag(&scenario::ack)},
      {"slow_readers", number(&scenario::slow_readers)},
      {"nsp", set_nsp},
      {"tls", flag(&scenario::tls)},
      {"deflate", flag(&scenario::deflate)},
      {"msgpack", flag(&scenario::msgpack)},
      {"recovery", flag(&scenario::recovery)},
  };
  return all;
}

void check(const scenario& made) {
  if (made.port == 0 || made.pid == 0) fail("port and pid are needed");
  if (made.clients == 0 || made.senders == 0 || made.under_way == 0) fail("nobody does anything");
  if (made.senders > made.clients) fail("more senders than clients");
  if (made.bytes < numbered_event::number_digits) fail("too few bytes for the number");
  if (made.kind == "rate" && made.rate <= 0) fail("rate is needed");
  if (made.pollers > made.clients) fail("more pollers than clients");
  if (made.ack && (made.kind != "echo" || made.binary)) fail("acks are of echoed texts");
  if (made.rooms != 0 && (made.targets == 0 || made.targets > made.rooms || made.rooms_each == 0 ||
                          made.rooms_each > made.rooms))
    fail("the rooms do not fit each other");
  if (made.pollers != 0 && (made.binary || made.deflate || made.msgpack))
    fail("attachments, deflate and msgpack are measured over WebSocket only");
  if (made.msgpack && (made.binary || made.ack || made.rooms != 0 || made.rooms_besides != 0))
    fail("msgpack is measured with texts, without acks and rooms");
  if (made.recovery && (made.binary || made.ack || made.msgpack))
    fail("offsets are known of JSON events only");
}

}  // namespace

scenario parse_scenario(std::span<char*> arguments) {
  if (arguments.size() < 2) fail("usage: bench-load fanout|rate|echo|churn|idle NAME=VALUE...");
  scenario made;
  made.kind = arguments[1];
  for (const std::string_view argument : arguments.subspan(2)) {
    const auto equals = argument.find('=');
    const auto found = setters().find(argument.substr(0, equals));
    if (equals == argument.npos || found == setters().end() ||
        !found->second(made, argument.substr(equals + 1)))
      fail("cannot use " + std::string(argument));
  }
  check(made);
  return made;
}

}  // namespace load
