#include <troupe/transport/http.hpp>

#include <algorithm>

#include <troupe/transport/http_framing.hpp>

namespace troupe::transport {

void header_fields::add(std::string name, std::string value) {
  // A request or response has some; one after the other they would be moved thrice.
  if (fields_.empty()) fields_.reserve(8);
  fields_.emplace_back(std::move(name), std::move(value));
}

void header_fields::set(std::string_view name, std::string value) {
  remove(name);
  fields_.emplace_back(name, std::move(value));
}

void header_fields::remove(std::string_view name) {
  std::erase_if(fields_, [&](const auto& field) { return is_same_token(field.first, name); });
}

std::string_view header_fields::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : fields_)
    if (is_same_token(key, name)) return value;
  return {};
}

bool header_fields::has(std::string_view name) const noexcept {
  return std::any_of(fields_.begin(), fields_.end(),
                     [&](const auto& field) { return is_same_token(field.first, name); });
}

}  // namespace troupe::transport
