#include "http_response.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "fail.hpp"

namespace load {

namespace {

std::size_t number_in(std::string_view text, int base) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

/// The value of a header; `head` in lower case.
std::optional<std::string_view> header(std::string_view head, std::string_view name) {
  const auto at = head.find("\r\n" + std::string(name) + ":");
  if (at == head.npos) return {};
  std::string_view value = head.substr(at + name.size() + 3);
  value = value.substr(0, value.find("\r\n"));
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

/// Puts the chunks together; their size in `size`, or false if they are not whole.
bool read_chunks(std::string_view bytes, std::string& body, std::size_t& size) {
  for (std::size_t at = 0;;) {
    const auto line = bytes.find("\r\n", at);
    if (line == bytes.npos) return false;
    const std::size_t length = number_in(bytes.substr(at, line - at), 16);
    at = line + 2;
    if (bytes.size() < at + length + 2) return false;
    body += bytes.substr(at, length);
    at += length + 2;
    if (length == 0) return size = at, true;
  }
}

}  // namespace

std::optional<http_response> read_http_response(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == bytes.npos) return {};
  std::string head(bytes.substr(0, end + 2));
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char one) { return static_cast<char>(std::tolower(one)); });
  if (!head.starts_with("http/1.1 ")) fail("an answer that is not HTTP");
  http_response made;
  made.status = static_cast<unsigned>(number_in(std::string_view(head).substr(9), 10));
  const std::string_view rest = bytes.substr(end + 4);
  if (const auto length = header(head, "content-length")) {
    const std::size_t size = number_in(*length, 10);
    if (rest.size() < size) return {};
    made.body = rest.substr(0, size);
    made.size = end + 4 + size;
  } else if (header(head, "transfer-encoding") == "chunked") {
    std::size_t size = 0;
    if (!read_chunks(rest, made.body, size)) return {};
    made.size = end + 4 + size;
  } else {
    fail("an HTTP answer without a length");
  }
  return made;
}

}  // namespace load
