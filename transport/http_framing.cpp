#include <troupe/transport/http_framing.hpp>

#include <algorithm>

namespace troupe::transport {

namespace {

constexpr std::size_t websocket_key_size = 24;  // 16 bytes in base64.

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::size_t count(const header_fields& fields, std::string_view name) noexcept {
  return static_cast<std::size_t>(
      std::count_if(fields.all().begin(), fields.all().end(),
                    [&](const auto& field) { return is_same_token(field.first, name); }));
}

bool is_base64(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

bool is_websocket_key(std::string_view key) noexcept {
  return key.size() == websocket_key_size && key.substr(22) == "==" &&
         std::all_of(key.begin(), key.begin() + 22, is_base64);
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_same_token(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool has_token(const header_fields& fields, std::string_view name,
               std::string_view token) noexcept {
  for (const auto& [key, value] : fields.all()) {
    if (!is_same_token(key, name)) continue;
    std::string_view rest = value;
    for (;;) {
      const auto comma = rest.find(',');
      if (is_same_token(trimmed(rest.substr(0, comma)), token)) return true;
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

bool is_ambiguous(const header_fields& fields, bool is_http_1_1) noexcept {
  const std::size_t hosts = count(fields, "Host");
  if (hosts > 1 || (is_http_1_1 && hosts == 0)) return true;
  const std::size_t encodings = count(fields, "Transfer-Encoding");
  if (encodings == 0) return false;
  return encodings > 1 || !is_http_1_1 || fields.has("Content-Length") ||
         !is_same_token(trimmed(fields.find("Transfer-Encoding")), "chunked");
}

void detect_upgrade(http_request& request, bool is_http_1_1) noexcept {
  const header_fields& fields = request.fields;
  request.wants_upgrade =
      has_token(fields, "Connection", "upgrade") && has_token(fields, "Upgrade", "websocket");
  request.is_websocket_upgrade =
      request.wants_upgrade && is_http_1_1 && request.method == "GET" && fields.has("Host") &&
      trimmed(fields.find("Sec-WebSocket-Version")) == "13" &&
      count(fields, "Sec-WebSocket-Key") == 1 && is_websocket_key(fields.find("Sec-WebSocket-Key"));
}

void assign_target(http_request& request, std::string_view target) {
  // RFC 9112, section 3.2.2: the absolute form must be understood by every server.
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!is_same_token(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
    break;
  }
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (request.path.empty()) request.path = "/";
  request.query = question == std::string_view::npos ? "" : target.substr(question + 1);
}

bool may_have_body(unsigned status, bool is_head) noexcept {
  return !is_head && status >= 200 && status != 204 && status != 304;
}

}  // namespace troupe::transport
