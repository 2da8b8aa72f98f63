#include <tests/catch.hpp>

#include <string>

#include <troupe/transport/deflate.hpp>

using troupe::transport::inflater;

TEST_CASE("an inflater takes a few last blocks in a message and no endless run of them") {
  const std::string empty_last_block("\x03\0", 2);
  std::string many;
  for (int i = 0; i < 16; ++i) many += empty_last_block;
  const std::string end(1, '\0');  // RFC 7692, section 7.2.3.4.
  for (const bool takes_over : {false, true}) {
    inflater fresh(15, takes_over);
    std::string said = "before";
    CHECK(fresh.append(said, many + end, 100) == inflater::outcome::ok);
    CHECK(said == "before");
    CHECK(fresh.append(said, many + end, 100) == inflater::outcome::ok);
    CHECK(fresh.append(said, many + empty_last_block + end, 100) == inflater::outcome::malformed);
  }
}
