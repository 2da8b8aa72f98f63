#include <tests/catch.hpp>

#include <troupe/runtime/kept_handshake.hpp>

using namespace std::chrono_literals;
using troupe::runtime::kept_handshake;

TEST_CASE("a handshake that is kept comes back as it was given, once") {
  troupe::client_handshake given;
  given.headers = {{"Host", "example"}, {"", "no name"}, {"X-Empty", ""}, {"host", "again"}};
  given.query = {{"EIO", "4"}, {"token", std::string(300, 'x') + '\0' + "y"}};
  given.url = "/socket.io/?EIO=4";
  given.address = "127.0.0.1:50123";
  given.issued += 77s;
  given.secure = true;
  const kept_handshake kept(given);
  const troupe::client_handshake& back = kept.whole();
  CHECK(back.headers == given.headers);
  CHECK(back.query == given.query);
  CHECK(back.url == given.url);
  CHECK(back.address == given.address);
  CHECK(back.issued == given.issued);
  CHECK(back.secure);
  CHECK_FALSE(back.cross_domain);
  CHECK(&kept.whole() == &back);
}

TEST_CASE("a handshake with nothing in it is kept as well") {
  troupe::client_handshake given;
  given.cross_domain = true;
  const kept_handshake kept(given);
  CHECK(kept.whole().headers.empty());
  CHECK(kept.whole().query.empty());
  CHECK(kept.whole().url.empty());
  CHECK(kept.whole().cross_domain);
  CHECK_FALSE(kept.whole().secure);
}

TEST_CASE("a handshake that hooks have added to is kept with what they added") {
  troupe::client_handshake given;
  given.url = "/socket.io/?EIO=4";
  given.context = 7;
  const kept_handshake kept(given);
  CHECK(kept.whole().url == given.url);
  CHECK(std::any_cast<int>(kept.whole().context) == 7);
}
