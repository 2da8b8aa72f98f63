#include <troupe/actors/handshake.hpp>

#include <algorithm>

namespace troupe {

namespace {

bool is_same_name(std::string_view left, std::string_view right) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

std::string_view client_handshake::header(std::string_view name) const noexcept {
  for (const auto& [key, text] : headers)
    if (is_same_name(key, name)) return text;
  return {};
}

std::string_view client_handshake::parameter(std::string_view name) const noexcept {
  const auto found = std::find_if(query.rbegin(), query.rend(),
                                  [&](const auto& listed) { return listed.first == name; });
  return found == query.rend() ? std::string_view() : found->second;
}

}  // namespace troupe
