#include <troupe/harness/client_bytes.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace troupe::harness {

namespace {

std::size_t content_length(std::string_view head) {
  constexpr std::string_view name = "\r\ncontent-length:";
  const auto found =
      std::search(head.begin(), head.end(), name.begin(), name.end(),
                  [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
  std::size_t length = 0;
  if (found == head.end()) return length;
  const char* at = head.data() + (found - head.begin()) + name.size();
  while (*at == ' ') ++at;
  std::from_chars(at, head.data() + head.size(), length);
  return length;
}

}  // namespace

std::optional<http_answer> take_answer(std::string& bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == bytes.npos) return {};
  http_answer taken;
  taken.head = bytes.substr(0, end + 2);
  const std::size_t length = content_length(taken.head);
  if (bytes.size() < end + 4 + length) return {};
  taken.body = bytes.substr(end + 4, length);
  if (taken.head.size() > 12)
    std::from_chars(taken.head.data() + 9, taken.head.data() + 12, taken.status);
  bytes.erase(0, end + 4 + length);
  return taken;
}

std::optional<server_message> take_message(std::string& bytes) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  if (bytes.size() < 2) return {};
  std::size_t size = byte(1), header = 2;
  const std::size_t extended = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (bytes.size() < header + extended) return {};
  if (extended != 0) size = 0;
  for (; header < 2 + extended; ++header) size = size << 8 | byte(header);
  if (bytes.size() < header + size) return {};
  server_message taken{static_cast<unsigned char>(byte(0) & 0x0F), bytes.substr(header, size)};
  bytes.erase(0, header + size);
  return taken;
}

std::string polling_request(std::string_view target, std::string_view host,
                            std::optional<std::string_view> body) {
  std::string text(body ? "POST " : "GET ");
  text.append(target).append(" HTTP/1.1\r\nHost: ").append(host).append("\r\n");
  if (body) {
    text += "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: ";
    text += std::to_string(body->size()) + "\r\n";
  }
  text += "\r\n";
  if (body) text += *body;
  return text;
}

std::string websocket_request(std::string_view target, std::string_view host) {
  std::string text("GET ");
  text.append(target).append(" HTTP/1.1\r\nHost: ").append(host);
  text +=
      "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  return text;
}

}  // namespace troupe::harness
