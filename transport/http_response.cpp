#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <iterator>
#include <string>

#include <troupe/transport/http_connection.hpp>
#include <troupe/transport/http_framing.hpp>

namespace troupe::transport {

namespace {

constexpr std::size_t status_bytes = 200;  // With what is added to the fields.

bool is_ours(std::string_view name) noexcept {
  return is_same_token(name, "Content-Length") || is_same_token(name, "Connection") ||
         is_same_token(name, "Transfer-Encoding");
}

bool may_be_in_field(char c) noexcept {
  return static_cast<unsigned char>(c) >= 0x20 || c == '\t';
}

void append_field_text(std::string& to, std::string_view text) {
  if (std::all_of(text.begin(), text.end(), may_be_in_field))
    to += text;
  else
    std::copy_if(text.begin(), text.end(), std::back_inserter(to), may_be_in_field);
}

std::size_t bytes_of(const http_response& response) noexcept {
  std::size_t size = status_bytes;
  for (const auto& [name, value] : response.fields.all()) size += name.size() + value.size() + 4;
  return size;
}

}  // namespace

std::string field_text(std::string_view text) {
  std::string clean;
  append_field_text(clean, text);
  return clean;
}

std::string response_head(const http_response& response, bool close, std::string_view date,
                          std::size_t room) {
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
  std::string head;
  head.reserve(bytes_of(response) + room);
  head += "HTTP/1.1 ";
  head += std::to_string(response.status);
  head += ' ';
  head.append(reason.data(), reason.size());
  head += "\r\n";
  if (close) head += "Connection: close\r\n";
  for (const auto& [name, value] : response.fields.all()) {
    if (is_ours(name)) continue;
    append_field_text(head, name);
    head += ": ";
    append_field_text(head, value);
    head += "\r\n";
  }
  if (!date.empty() && !response.fields.has("Date")) head.append("Date: ").append(date) += "\r\n";
  // RFC 9110, section 8.6: not in 1xx and 204; in 304 it would be the length of another response.
  if (response.status >= 200 && response.status != 204 && response.status != 304) {
    head += "Content-Length: ";
    head += std::to_string(response.body.size());
    head += "\r\n";
  }
  head += close ? "\r\n" : "Connection: keep-alive\r\n\r\n";
  return head;
}

std::string to_bytes(const http_response& response, bool head_only) {
  std::string bytes = response_head(response, response.close);
  if (may_have_body(response.status, head_only)) bytes += response.body;
  return bytes;
}

}  // namespace troupe::transport
