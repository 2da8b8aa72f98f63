#include <troupe/runtime/origin_rule.hpp>

#include <algorithm>
#include <memory>
#include <regex>

namespace troupe {

namespace {
// RFC 6454: a scheme, a host of at most 253 characters, a port. It also bounds what a regular
// expression of the standard library may use of the stack.
constexpr std::size_t origin_bytes_max = 512;
}  // namespace

origin_rule::origin_rule(bool all)
    : kind_(all ? kind::tested : kind::none), is_meant_([](std::string_view) { return true; }) {}

origin_rule::origin_rule(const char* origin) : origin_rule(std::string(origin)) {}

origin_rule::origin_rule(std::string origin)
    : kind_(origin.empty()  ? kind::none
            : origin == "*" ? kind::any
                            : kind::one),
      origin_(std::move(origin)) {}

origin_rule::origin_rule(predicate is_meant)
    : kind_(is_meant ? kind::tested : kind::none), is_meant_(std::move(is_meant)) {}

origin_rule::origin_rule(origin_pattern like)
    : origin_rule(predicate([expression = std::make_shared<const std::regex>(
                                 like.expression, std::regex::ECMAScript | std::regex::optimize)](
                                std::string_view origin) {
        return std::regex_search(origin.begin(), origin.end(), *expression);
      })) {}

origin_rule::origin_rule(std::vector<origin_rule> any_of)
    : origin_rule(predicate([rules = std::move(any_of)](std::string_view origin) {
        return std::any_of(rules.begin(), rules.end(),
                           [&](const origin_rule& one) { return one.allows(origin); });
      })) {}

bool origin_rule::allows(std::string_view origin) const {
  if (kind_ == kind::any) return true;
  if (origin.empty() || origin.size() > origin_bytes_max) return false;
  return kind_ == kind::one ? origin == origin_ : kind_ == kind::tested && is_meant_(origin);
}

}  // namespace troupe
