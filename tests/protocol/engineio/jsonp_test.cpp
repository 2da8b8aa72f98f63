#include <tests/catch.hpp>

#include <string>

#include <troupe/protocol/engineio/jsonp.hpp>

using troupe::protocol::engineio::jsonp_payload;
using troupe::protocol::engineio::jsonp_response;

TEST_CASE("a JSONP response calls the page's function with a string") {
  CHECK(jsonp_response("3", "0{\"a\":1}") == R"(___eio[3]("0{\"a\":1}");)");
  CHECK(jsonp_response("", "6") == R"(___eio[]("6");)");
}

TEST_CASE("only the digits of a JSONP index reach the script") {
  CHECK(jsonp_response("1];alert(2)//", "6") == R"(___eio[12]("6");)");
}

TEST_CASE("a JSONP response holds no line separator, and nothing else is changed") {
  CHECK(jsonp_response("0", "\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa\x1e") ==
        "___eio[0](\"\xe2\x80\xa7\\u2028\\u2029\xe2\x80\xaa\\u001e\");");
}

TEST_CASE("a JSONP body's payload is its one field d") {
  CHECK(jsonp_payload("d=4a%1e4b+c") ==
        "4a\x1e"
        "4b c");
  CHECK(jsonp_payload("x=1&d=40") == "40");
  CHECK(jsonp_payload("d=") == "");
  CHECK_FALSE(jsonp_payload(""));
  CHECK_FALSE(jsonp_payload("D=40"));
  CHECK_FALSE(jsonp_payload("d=40&d=41"));
  std::string many = "d=40";
  for (int i = 0; i < 256; ++i) many += "&x";
  CHECK_FALSE(jsonp_payload(many + "&d=41"));
}

TEST_CASE("line ends in a JSONP body are as the client escaped them") {
  CHECK(jsonp_payload("d=a%5Cnb") == "a\nb");
  CHECK(jsonp_payload("d=a%5C%5Cnb") == "a\\nb");
  CHECK(jsonp_payload("d=a%5C%5C%5Cnb") == "a\\\\nb");
  CHECK(jsonp_payload("d=a%5Ctb%5C") == "a\\tb\\");
}
