#include <tests/catch.hpp>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include <tests/seeds.hpp>
#include <tests/transport/memory_stream.hpp>
#include <troupe/transport/outbox.hpp>
#include <troupe/transport/tls_context.hpp>
#include <troupe/transport/tls_stream.hpp>

using namespace troupe::transport;
using testing::memory_stream;
using testing::wire;
using troupe::testing::with_seeds;

namespace {

/// A self-signed certificate with its key, in a file that goes with it.
struct certificate {
  certificate() {
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, void (*)(X509*)> made(X509_new(), X509_free);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key.get());
    X509_sign(made.get(), key.get(), EVP_sha256());
    std::FILE* file = std::fopen(path.c_str(), "w");
    REQUIRE(file != nullptr);
    PEM_write_X509(file, made.get());
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }
  ~certificate() { std::filesystem::remove(path); }
  std::string path = (std::filesystem::temp_directory_path() /
                      ("troupe_tls_test_" + std::to_string(std::random_device{}())))
                         .string();
};

/// A TLS client by OpenSSL, and the server's stream, over one memory wire.
struct tls_pair final : stream::observer {
  tls_pair() : client_context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    tls_options options;
    options.certificate_file = files.path;
    auto loaded = tls_context::load(options);
    REQUIRE(loaded.has_value());
    server_context = *std::move(loaded);
    server = server_context->wrap(std::make_unique<memory_stream>(peer), loop);
    server->observe(this);
    client = SSL_new(client_context.get());
    SSL_set_bio(client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(client);
    server->arm_readable();
  }
  ~tls_pair() { SSL_free(client); }

  void on_readable() override {
    for (char bytes[700];;) {
      const auto got = server->read_some(bytes);
      if (got) {
        received.append(bytes, *got);
        continue;
      }
      if (got.error() == boost::asio::error::would_block) return server->arm_readable();
      end = got.error();
      return;
    }
  }
  void on_writable() override {
    ++writable;
    if (out.flush(*server) == outbox::verdict::queued) server->arm_writable();
  }

  void write(const std::string& text) {
    const boost::asio::const_buffer piece(text.data(), text.size());
    if (out.write(*server, {&piece, 1}, {}) == outbox::verdict::queued) server->arm_writable();
  }

  // What the client has to say goes to the wire; what is on the wire comes to the client.
  void exchange() {
    char bytes[4096];
    for (int n; (n = BIO_read(SSL_get_wbio(client), bytes, sizeof bytes)) > 0;)
      peer->incoming.append(bytes, static_cast<std::size_t>(n));
    const std::string written = peer->take_written();
    BIO_write(SSL_get_rbio(client), written.data(), static_cast<int>(written.size()));
    for (int n; (n = SSL_read(client, bytes, sizeof bytes)) > 0;)
      heard.append(bytes, static_cast<std::size_t>(n));
  }
  void run() {
    for (int i = 0; i < 20; ++i) {
      exchange();
      REQUIRE(peer->run());
      loop.restart();
      loop.poll();
    }
  }

  boost::asio::io_context loop{1};
  certificate files;
  std::unique_ptr<tls_context> server_context;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> client_context;
  std::shared_ptr<wire> peer = std::make_shared<wire>();
  std::unique_ptr<stream> server;
  SSL* client = nullptr;
  outbox_limits bounds;
  outbox out{bounds};
  std::string received, heard;
  boost::system::error_code end;
  int writable = 0;
};

}  // namespace

TEST_CASE("a TLS stream carries bytes both ways, wherever its records are cut") {
  with_seeds(20, [](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    tls_pair both;
    both.peer->read_bytes_max = 1 + random() % 900;
    both.peer->write_bytes_max = 1 + random() % 900;
    both.run();
    std::string sent, said;
    for (int i = 0; i < 20; ++i) {
      const std::string up(random() % 40'000, static_cast<char>('a' + i));
      const std::string down(random() % 40'000, static_cast<char>('A' + i));
      both.peer->write_room = random() % 30'000;
      if (!up.empty()) SSL_write(both.client, up.data(), static_cast<int>(up.size()));
      if (!down.empty()) both.write(down);
      sent += up;
      said += down;
      both.run();
    }
    both.peer->write_room = wire::unbounded;
    for (int i = 0; i < 20; ++i) both.run();
    CHECK(both.received == sent);
    CHECK(both.heard == said);
    CHECK(both.server->begun_bytes() == 0);
  });
}

TEST_CASE("what a TLS stream has begun is sent, whatever is dropped behind it") {
  with_seeds(50, [](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    tls_pair both;
    both.run();
    both.peer->write_room = random() % 60'000;
    for (int i = 0; i < 10; ++i)
      both.write(std::string(1 + random() % 9'000, static_cast<char>('0' + i)) + ";");
    both.out.drop_unsent(both.server->begun_bytes());
    both.write("end;");
    both.peer->write_room = wire::unbounded;
    for (int i = 0; i < 5; ++i) both.run();
    CHECK(both.out.empty());
    // Whole slices only, in order, and then the end.
    std::size_t at = 0;
    for (char expected = '0'; both.heard.compare(at, 4, "end;") != 0; ++expected) {
      CHECK(both.heard[at] == expected);
      at = both.heard.find(';', at) + 1;
      REQUIRE(at != 0);
      REQUIRE(at < both.heard.size());
    }
    CHECK(at + 4 == both.heard.size());
  });
}

TEST_CASE("a TLS stream ends in order and tells of the peer's end") {
  tls_pair both;
  both.run();
  both.write("last");
  both.server->shutdown_send();
  both.run();
  CHECK(both.heard == "last");
  CHECK((SSL_get_shutdown(both.client) & SSL_RECEIVED_SHUTDOWN) != 0);
  CHECK(both.peer->is_shut);
  SSL_shutdown(both.client);
  both.run();
  CHECK(both.end == boost::asio::error::eof);
  CHECK_FALSE(is_tls_error(both.end));
}

TEST_CASE("a TLS stream that is armed again and again tells once of what it holds") {
  tls_pair both;
  both.run();
  SSL_write(both.client, "held", 4);
  both.exchange();
  char first;
  CHECK(both.server->read_some({&first, 1}).value() == 1);
  for (int i = 0; i < 3; ++i) both.server->arm_readable();
  both.loop.restart();
  CHECK(both.loop.poll() == 1);
  CHECK(both.received == "eld");
}

TEST_CASE("a TLS stream goes on writing when the peer has ended without TLS's end") {
  tls_pair both;
  both.run();
  both.peer->incoming_end = true;
  both.run();
  CHECK(both.end == boost::asio::error::eof);
  CHECK_FALSE(is_tls_error(both.end));
  both.write("the rest");
  both.run();
  CHECK(both.heard == "the rest");
}

TEST_CASE("a TLS stream fails on what is no TLS") {
  tls_pair both;
  both.peer->incoming = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  REQUIRE(both.peer->run());
  CHECK(both.end != boost::asio::error::eof);
  CHECK(is_tls_error(both.end));
  const boost::asio::const_buffer piece("x", 1);
  CHECK_FALSE(both.server->write_some({&piece, 1}).has_value());
}

TEST_CASE("a certificate that cannot be read is an error") {
  tls_options options;
  options.certificate_file = "/nowhere/none.pem";
  const auto loaded = tls_context::load(options);
  REQUIRE(!loaded.has_value());
  CHECK(loaded.error() == boost::system::errc::no_such_file_or_directory);
}
