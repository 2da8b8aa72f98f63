#include <tests/catch.hpp>

#include <memory>
#include <utility>
#include <vector>

#include <troupe/transport/admission.hpp>

using troupe::transport::admission;
using troupe::transport::admission_limits;
using troupe::transport::network_of;
using verdict = admission::verdict;

TEST_CASE("a network is an IPv4 address or the /64 of an IPv6 one") {
  CHECK(network_of("192.0.2.1:1") == network_of("192.0.2.1:65535"));
  CHECK(network_of("192.0.2.1:1") != network_of("192.0.2.2:1"));
  CHECK(network_of("[2001:db8::1]:1") == network_of("[2001:db8::ffff:1:2:3]:2"));
  CHECK(network_of("[2001:db8::1]:1") != network_of("[2001:db8:0:1::1]:1"));
  CHECK(network_of("[::1]:1") != 0);
  CHECK(network_of("[::1]:1") != network_of("0.0.0.0:1"));
  for (const auto* unknown : {"", "unix", "x:1", "[::1", "[]:1", ":1"})
    CHECK(network_of(unknown) == 0);
}

TEST_CASE("admission counts in all and by network, and places come back") {
  const auto counted = std::make_shared<admission>(admission_limits{3, 2});
  admission::place a, b, c, d;
  CHECK(counted->admit("192.0.2.1:1", a) == verdict::admitted);
  CHECK(counted->admit("192.0.2.1:2", b) == verdict::admitted);
  CHECK(counted->admit("192.0.2.1:3", c) == verdict::too_many_of_address);
  CHECK(counted->total() == 2);
  CHECK(counted->admit("192.0.2.2:1", c) == verdict::admitted);
  CHECK(counted->admit("192.0.2.3:1", d) == verdict::too_many);
  a = {};
  CHECK(counted->admit("unix", d) == verdict::admitted);
  CHECK(counted->admit("192.0.2.1:4", a) == verdict::too_many);
  const admission::place moved = std::move(b);
  CHECK(counted->total() == 3);
  for (auto* one : {&b, &c, &d}) *one = {};
  CHECK(counted->total() == 1);
  CHECK(counted->admit("192.0.2.1:4", a) == verdict::admitted);
}

TEST_CASE("admission without bounds refuses nobody") {
  const auto counted = std::make_shared<admission>(admission_limits{});
  std::vector<admission::place> all(1000);
  for (auto& one : all) CHECK(counted->admit("192.0.2.1:1", one) == verdict::admitted);
}
