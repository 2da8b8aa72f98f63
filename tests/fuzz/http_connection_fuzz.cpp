// Whatever the bytes: no fault, bounded requests, the end always told, and the same requests
// however the bytes are cut. The first byte says how they are, the second how writes are.
#include <tests/fuzz/require.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <tests/transport/memory_stream.hpp>
#include <troupe/transport/http_connection.hpp>

namespace {

using namespace troupe::transport;
using troupe::fuzz::require;

struct conversation final : http_connection::host {
  http_options options;
  std::shared_ptr<testing::wire> peer = std::make_shared<testing::wire>();
  std::vector<char> scratch = std::vector<char>(512);
  time_point clock{std::chrono::hours(1)};
  std::string seen;
  bool is_closed = false;
  std::unique_ptr<http_connection> connection;

  conversation(std::string bytes, std::size_t read_step, std::size_t write_step) {
    options.header_bytes_max = 1000;
    options.body_bytes_max = 2000;
    options.fields_max = 20;
    peer->read_bytes_max = read_step;
    peer->write_bytes_max = write_step;
    peer->incoming = std::move(bytes);
    connection = std::make_unique<http_connection>(std::make_unique<testing::memory_stream>(peer),
                                                   options, scratch, *this);
    connection->start();
    require(peer->run(), "the connection comes to rest");
    peer->incoming_end = true;
    require(peer->run(), "the connection comes to rest");
    // A body that never ends may have been answered with 408, hence more than once.
    for (int i = 0; i < 3 && !is_closed; ++i) {
      clock += std::chrono::hours(1);
      connection->advance(clock);
      require(peer->run(), "the connection comes to rest");
    }
    require(is_closed, "the end is told");
  }

  time_point now() const override { return clock; }
  header_fields on_refused(unsigned status, const http_request* begun) override {
    require(status >= 400 && status < 500, "who is refused is at fault");
    require(begun == nullptr || !begun->path.empty(), "what has begun has a path");
    return {};
  }
  void on_request(http_request request) override {
    require(request.body.size() <= options.body_bytes_max, "a body is within its bound");
    require(request.fields.all().size() <= options.fields_max, "fields are within their bound");
    require(!request.path.empty() && !request.method.empty(), "a request has a method and a path");
    seen += request.method + ' ' + request.path + ' ' + request.query + '\n';
    for (const auto& [name, value] : request.fields.all()) seen += name + ':' + value + '\n';
    seen += request.body + '\n';
    if (request.is_websocket_upgrade)
      require(websocket_accept(request, {}).has_value(), "an upgrade request can be accepted");
    http_response response;
    response.body = request.body;
    connection->respond(response);
  }
  void on_closed() override {
    is_closed = true;
    connection.reset();
  }
  void on_deadline_changed() override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string bytes(data + 2, data + size);
  const conversation whole(bytes, 512, testing::wire::unbounded);
  const conversation parts(bytes, 1 + data[0] % 64, 1 + data[1]);
  require(whole.seen == parts.seen, "cuts change nothing");
  return 0;
}
