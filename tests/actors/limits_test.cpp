#include <tests/catch.hpp>

#include <troupe/actors/limits.hpp>

using namespace std::chrono_literals;
using troupe::actors::token_bucket;

TEST_CASE("a token bucket gives its burst at once, then what comes back") {
  token_bucket::time_point now{};
  token_bucket bucket({.per_second = 10, .burst = 3}, now);
  for (int i = 0; i < 3; ++i) CHECK(bucket.take(now));
  CHECK_FALSE(bucket.take(now));
  CHECK(bucket.begins_to_exceed());
  CHECK_FALSE(bucket.take(now));
  CHECK_FALSE(bucket.begins_to_exceed());
  CHECK_FALSE(bucket.take(now += 99ms));
  CHECK(bucket.take(now += 2ms));
  CHECK_FALSE(bucket.take(now));
  CHECK(bucket.begins_to_exceed());
  now += 1h;
  for (int i = 0; i < 3; ++i) CHECK(bucket.take(now));
  CHECK_FALSE(bucket.take(now));
}

TEST_CASE("a token bucket holds one token at least") {
  token_bucket bucket({.per_second = 1, .burst = 0}, {});
  CHECK(bucket.take({}));
  CHECK_FALSE(bucket.take({}));
}
