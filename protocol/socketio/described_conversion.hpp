#pragma once

#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/algorithm.hpp>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <troupe/protocol/socketio/container_conversion.hpp>

// Structs and enums that Boost.Describe knows:
//
//     struct point { double x = 0, y = 0; };
//     BOOST_DESCRIBE_STRUCT(point, (), (x, y))
//     socket.on("move", [](const point& to) { ... });

namespace troupe {

namespace detail {

template <class T>
using described_members = boost::describe::describe_members<T, boost::describe::mod_public |
                                                                   boost::describe::mod_inherited>;

template <class T>
concept described_struct = std::is_class_v<T> && std::default_initializable<T> && requires {
  typename described_members<T>;
};

template <class T>
concept described_enum = std::is_enum_v<T> && requires {
  typename boost::describe::describe_enumerators<T>;
};

}  // namespace detail

/// A JSON object with the public members, inherited ones too, under their names. Reading, what the
/// object has besides is ignored, and a member that it lacks reads as null: make what may be
/// missing a std::optional.
template <detail::described_struct T>
struct conversion<T> {
  static constexpr std::string_view expected = "object";

  static value to(const T& from) {
    std::vector<value::member> members;
    boost::mp11::mp_for_each<detail::described_members<T>>([&](auto member) {
      members.emplace_back(member.name, converter<decltype(member)>::to(from.*member.pointer));
    });
    return value::from_members(members);
  }

  static std::optional<T> from(const value& json) {
    if (json.kind() != protocol::json::kind::object) return std::nullopt;
    std::optional<T> made(std::in_place);
    boost::mp11::mp_for_each<detail::described_members<T>>([&](auto member) {
      if (!made) return;
      auto converted = converter<decltype(member)>::from(json.at(member.name));
      if (converted)
        (*made).*member.pointer = *std::move(converted);
      else
        made.reset();
    });
    return made;
  }

  static shape_error explain(const value& json) {
    shape_error wrong{{}, expected};
    if (json.kind() != protocol::json::kind::object) return wrong;
    bool found = false;
    boost::mp11::mp_for_each<detail::described_members<T>>([&](auto member) {
      const value one = json.at(member.name);
      if (found || converter<decltype(member)>::from(one)) return;
      found = true;
      wrong =
          behind(std::string(".") + member.name, troupe::explain<type_of<decltype(member)>>(one));
    });
    return wrong;
  }

 private:
  template <class Member>
  using type_of = std::remove_cvref_t<decltype(std::declval<T&>().*Member::pointer)>;
  template <class Member>
  using converter = conversion<type_of<Member>>;
};

/// The enumerator's name; one without a name is its number when written, and never read.
template <detail::described_enum T>
struct conversion<T> {
  static constexpr std::string_view expected = "name of an enumerator";

  static value to(T from) {
    const char* const name = boost::describe::enum_to_string(from, nullptr);
    return name != nullptr ? value(name) : value(static_cast<std::underlying_type_t<T>>(from));
  }

  static std::optional<T> from(const value& json) {
    const auto name = json.as_string();
    T made{};
    if (!name || !boost::describe::enum_from_string(name->c_str(), made)) return std::nullopt;
    return made;
  }
};

}  // namespace troupe
