#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include <troupe/protocol/socketio/value.hpp>

namespace troupe {

/// Where a value has another shape than a type, and what the type has there: `.points[2].y`,
/// "number". The path consists of the type's own names and of indexes, never of the peer's words;
/// it is empty when the value as a whole does not fit.
struct shape_error {
  std::string path;
  std::string_view expected;
};

/// Why conversion<T>::from(json) gave nothing; to be asked only then.
template <class T>
shape_error explain(const value& json) {
  if constexpr (requires {
                  { conversion<T>::explain(json) } -> std::same_as<shape_error>;
                }) {
    return conversion<T>::explain(json);
  } else {
    return {{}, conversion<T>::expected};
  }
}

/// What is wrong inside a part of a value, seen from the whole.
inline shape_error behind(std::string part, shape_error inner) {
  return {std::move(part) + inner.path, inner.expected};
}

}  // namespace troupe
