#include <troupe/runtime/cookie.hpp>

#include <algorithm>
#include <stdexcept>

#include <troupe/runtime/http_date.hpp>

namespace troupe::runtime {

namespace {

bool is_alphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

/// RFC 1123: labels of at most 63 characters; a leading dot is what older browsers wanted.
bool is_domain(std::string_view text) noexcept {
  if (!text.empty() && text.front() == '.') text.remove_prefix(1);
  while (!text.empty()) {
    const std::string_view label = text.substr(0, text.find('.'));
    const bool is_label = !label.empty() && label.size() <= 63 && label.front() != '-' &&
                          label.back() != '-' &&
                          std::all_of(label.begin(), label.end(),
                                      [](char c) { return is_alphanumeric(c) || c == '-'; });
    if (!is_label || label.size() + 1 == text.size()) return false;
    text.remove_prefix(std::min(label.size() + 1, text.size()));
  }
  return true;
}

bool is_path(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c <= '~' && c != ';' && c != '<'; });
}

}  // namespace

void check(const cookie_options& options) {
  if (!is_token(options.name)) throw std::invalid_argument("cookie.name: expected a token");
  if (!is_domain(options.domain))
    throw std::invalid_argument("cookie.domain: expected a host name");
  if (!is_path(options.path)) throw std::invalid_argument("cookie.path: expected no ; or controls");
}

std::string set_cookie(const cookie_options& options, std::string_view sid) {
  std::string value = options.name + "=" + std::string(sid);
  if (options.max_age) value += "; Max-Age=" + std::to_string(options.max_age->count());
  if (!options.domain.empty()) value += "; Domain=" + options.domain;
  if (!options.path.empty()) value += "; Path=" + options.path;
  if (options.expires) value += "; Expires=" + http_date(*options.expires);
  if (options.http_only) value += "; HttpOnly";
  if (options.secure) value += "; Secure";
  switch (options.same_site) {
    case same_site::unset:
      break;
    case same_site::strict:
      value += "; SameSite=Strict";
      break;
    case same_site::lax:
      value += "; SameSite=Lax";
      break;
    case same_site::none:
      value += "; SameSite=None";
      break;
  }
  return value;
}

}  // namespace troupe::runtime
