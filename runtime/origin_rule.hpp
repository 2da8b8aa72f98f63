#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// An ECMAScript regular expression that must be found in an origin, wherever it is not anchored:
/// `origin_pattern{"^https://[a-z]+\\.example\\.org$"}`.
struct origin_pattern {
  std::string expression;
};

/// Which origins are meant, in any form that `origin` of npm's `cors` package takes: all or none
/// (bool), one ("https://example.org", or "*" for all), a pattern, a function, or a list of these.
/// Origins are compared byte by byte, as browsers send them: scheme, host and port if it is not the
/// scheme's own, without a path. Immutable; any thread.
class origin_rule {
 public:
  using predicate = std::function<bool(std::string_view origin)>;

  /// False: CORS is off. True: whatever the request names.
  origin_rule(bool all);             // NOLINT: a rule is written as what it is.
  origin_rule(const char* origin);   // NOLINT
  origin_rule(std::string origin);   // NOLINT
  origin_rule(predicate is_meant);   // NOLINT
  origin_rule(origin_pattern like);  // NOLINT: throws std::regex_error for a bad expression.
  origin_rule(std::vector<origin_rule> any_of);           // NOLINT
  origin_rule(std::initializer_list<origin_rule> any_of)  // NOLINT
      : origin_rule(std::vector<origin_rule>(any_of)) {}
  origin_rule(const std::vector<std::string>& any_of)  // NOLINT
      : origin_rule(std::vector<origin_rule>(any_of.begin(), any_of.end())) {}
  /// A function, on the thread of the shard that has the request: it must not block.
  template <std::predicate<std::string_view> F>
  origin_rule(F is_meant) : origin_rule(predicate(std::move(is_meant))) {}  // NOLINT

  /// Whether the rule means `origin`; none of more than 512 bytes, nor the lack of one (""), unless
  /// it means all. Throws what a function throws.
  bool allows(std::string_view origin) const;

  /// The rule is `false` or "".
  bool is_none() const noexcept { return kind_ == kind::none; }
  /// The rule is "*".
  bool is_any() const noexcept { return kind_ == kind::any; }
  /// The one origin of a rule that is no list; null else.
  const std::string* single() const noexcept { return kind_ == kind::one ? &origin_ : nullptr; }

 private:
  enum class kind : unsigned char { none, any, one, tested };
  kind kind_;
  std::string origin_;
  predicate is_meant_;
};

}  // namespace troupe
