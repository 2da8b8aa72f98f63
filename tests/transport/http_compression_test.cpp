#include <tests/catch.hpp>

#include <zlib.h>

#include <string>

#include <troupe/transport/http_compression.hpp>

using troupe::transport::content_encoding;
using troupe::transport::http_compressor;
using troupe::transport::preferred_encoding;

namespace {

/// Any wrapper that zlib knows.
std::string unpacked(std::string packed, std::size_t size) {
  std::string out(size + 1, '\0');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 32) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  REQUIRE(stream.avail_in == 0);
  out.resize(out.size() - stream.avail_out);
  inflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("the client's weights choose the encoding, then its order") {
  const auto gzip = content_encoding::gzip;
  const auto deflate = content_encoding::deflate;
  CHECK(preferred_encoding("gzip, deflate") == gzip);
  CHECK(preferred_encoding("deflate, gzip") == deflate);
  CHECK(preferred_encoding("gzip;q=0.5,deflate;q=0.501") == deflate);
  CHECK(preferred_encoding("br, GZip ; q=0.1") == gzip);
  CHECK(preferred_encoding("*") == gzip);
  CHECK(preferred_encoding("*;q=0.2, deflate;q=0.2") == deflate);
  CHECK(preferred_encoding("gzip;q=0, *") == deflate);
  CHECK(preferred_encoding("gzip;x=1;q=1.000") == gzip);
}

TEST_CASE("a client that wants neither encoding gets none") {
  for (const char* accepted : {"", ",", ";", "br", "identity", "gzip;q=0", "*;q=0.000", "gzip;q=",
                               "gzip;q=x", "gzip;q=0x", "gzip;q=-1", "gzipped", "x gzip"})
    CHECK_FALSE(preferred_encoding(accepted));
}

TEST_CASE("a compressor gives what can be unpacked, again and again") {
  http_compressor compressor(1);
  std::string body;
  for (int i = 0; i < 2000; ++i) body += static_cast<char>(i * i * 7 + i);
  for (const auto encoding : {content_encoding::gzip, content_encoding::deflate}) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, body.size()}) {
      const auto packed = compressor.compress(std::string_view(body).substr(0, size), encoding);
      REQUIRE(packed);
      CHECK((packed->substr(0, 2) == "\x1f\x8b") == (encoding == content_encoding::gzip));
      CHECK(unpacked(*packed, size) == body.substr(0, size));
    }
  }
}
