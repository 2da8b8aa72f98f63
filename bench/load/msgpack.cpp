#include "msgpack.hpp"

#include "fail.hpp"

namespace load::msgpack {

namespace {

constexpr char map_of_2 = '\x82';
constexpr char map_of_3 = '\x83';
constexpr char array_of_2 = '\x92';
constexpr char connect = '\0';
constexpr char event = '\2';

}  // namespace

void append_text_header(std::string& to, std::size_t size) {
  if (size < 32) {
    to += static_cast<char>(0xA0 | size);
  } else if (size < 0x100) {
    to += {'\xD9', static_cast<char>(size)};
  } else {
    if (size > 0xFFFF) fail("a text is too large for this generator");
    to += {'\xDA', static_cast<char>(size >> 8), static_cast<char>(size)};
  }
}

void append_text(std::string& to, std::string_view text) {
  append_text_header(to, text.size());
  to += text;
}

std::string connect_packet(std::string_view nsp) {
  std::string made(1, map_of_2);
  append_text(made, "type");
  made += connect;
  return made + event_end(nsp);
}

std::string_view connected_head() {
  return {"\x83\xA4type\0", 7};
}

std::string event_head(std::string_view name, std::size_t text_size) {
  std::string made(1, map_of_3);
  append_text(made, "type");
  made += event;
  append_text(made, "data");
  made += array_of_2;
  append_text(made, name);
  append_text_header(made, text_size);
  return made;
}

std::string event_end(std::string_view nsp) {
  std::string made;
  append_text(made, "nsp");
  append_text(made, nsp);
  return made;
}

}  // namespace load::msgpack
