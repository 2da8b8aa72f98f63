#include <tests/catch.hpp>

#include <troupe/protocol/base64.hpp>

namespace base64 = troupe::protocol::base64;
using troupe::protocol::errc;
using namespace std::string_view_literals;

namespace {

std::string encoded(std::string_view bytes) {
  std::string out;
  base64::append_encoded(out, bytes);
  CHECK(out.size() == base64::encoded_size(bytes.size()));
  return out;
}

}  // namespace

TEST_CASE("base64 agrees with the vectors of RFC 4648") {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(encoded(bytes) == text);
    CHECK(base64::decode(text).value() == bytes);
  }
}

TEST_CASE("base64 carries every byte there and back") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<char>(i));
    CHECK(base64::decode(encoded(bytes)).value() == bytes);
  }
}

TEST_CASE("base64 without its padding is accepted, anything else is not") {
  CHECK(base64::decode("Zg").value() == "f");
  CHECK(base64::decode("Zm8").value() == "fo");
  for (const auto bad : {"Z"sv, "Zg="sv, "Zg==="sv, "===="sv, "Z==="sv, "Zm9v="sv, "Zg==Zg=="sv,
                         "Zm-_"sv, "Zm 9"sv, "Zm9v\n"sv, "="sv, "=="sv, "Zm9\xff"sv}) {
    CHECK(base64::decode(bad).error() == errc::bad_base64);
  }
}
