#include <tests/catch.hpp>

#include <stdexcept>
#include <string>

#include <troupe/runtime/settings.hpp>

using troupe::cookie_options;
using troupe::runtime::set_cookie;

TEST_CASE("a cookie says what its options say, in the reference's order") {
  CHECK(set_cookie({}, "abc") == "io=abc; Path=/; HttpOnly; SameSite=Lax");
  cookie_options all;
  all.domain = ".example.org";
  all.max_age = std::chrono::seconds(60);
  all.expires = std::chrono::system_clock::from_time_t(784111777);
  all.secure = true;
  all.same_site = troupe::same_site::strict;
  CHECK(set_cookie(all, "abc") ==
        "io=abc; Max-Age=60; Domain=.example.org; Path=/; Expires=Sun, 06 Nov 1994 08:49:37 GMT; "
        "HttpOnly; Secure; SameSite=Strict");
}

TEST_CASE("a server is not made with a cookie that cannot be") {
  const auto make = [](const cookie_options& cookie) {
    troupe::options options;
    options.cookie = cookie;
    return troupe::runtime::settings_from(options);
  };
  CHECK_NOTHROW(make({}));
  for (const char* name : {"", "a b", "a=b", "a;b", "\xc3\xa4"}) {
    cookie_options cookie;
    cookie.name = name;
    CHECK_THROWS_AS(make(cookie), std::invalid_argument);
  }
  for (const char* domain : {"a..b", "-a.example", "a.example.", "a b", "a;b"}) {
    cookie_options cookie;
    cookie.domain = domain;
    CHECK_THROWS_AS(make(cookie), std::invalid_argument);
  }
  cookie_options cookie;
  cookie.path = "/; Secure";
  CHECK_THROWS_AS(make(cookie), std::invalid_argument);
}
