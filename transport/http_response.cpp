#include <boost/beast/http/status.hpp>

#include <troupe/transport/http_connection.hpp>
#include <troupe/transport/http_framing.hpp>

namespace troupe::transport {

namespace {

bool is_ours(std::string_view name) noexcept {
  return is_same_token(name, "Content-Length") || is_same_token(name, "Connection") ||
         is_same_token(name, "Transfer-Encoding");
}

}  // namespace

std::string field_text(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= 0x20 || c == '\t') clean += c;
  return clean;
}

std::string response_head(const http_response& response, bool close, std::string_view date) {
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  head.append(reason.data(), reason.size());
  head += "\r\n";
  if (close) head += "Connection: close\r\n";
  for (const auto& [name, value] : response.fields.all()) {
    if (is_ours(name)) continue;
    head += field_text(name);
    head += ": ";
    head += field_text(value);
    head += "\r\n";
  }
  if (!date.empty() && !response.fields.has("Date")) head.append("Date: ").append(date) += "\r\n";
  // RFC 9110, section 8.6: not in 1xx and 204; in 304 it would be the length of another response.
  if (response.status >= 200 && response.status != 204 && response.status != 304)
    head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  head += close ? "\r\n" : "Connection: keep-alive\r\n\r\n";
  return head;
}

std::string to_bytes(const http_response& response, bool head_only) {
  std::string bytes = response_head(response, response.close);
  if (may_have_body(response.status, head_only)) bytes += response.body;
  return bytes;
}

}  // namespace troupe::transport
