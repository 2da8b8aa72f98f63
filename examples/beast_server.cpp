// A Boost.Beast HTTP server of the program's own, with Socket.IO behind one of its paths: it owns
// the port, reads every request, and hands those for /socket.io/ on with their connections.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <csignal>
#include <memory>
#include <string_view>
#include <utility>

#include <troupe/beast.hpp>
#include <troupe/server.hpp>

#include "command_line.hpp"

namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using boost::beast::error_code;

/// One connection of the program's server, until it is closed or handed on.
class connection : public std::enable_shared_from_this<connection> {
 public:
  connection(tcp::socket socket, troupe::server& io) : stream_(std::move(socket)), io_(io) {}

  void read() {
    request_ = {};
    stream_.expires_after(std::chrono::seconds(30));
    http::async_read(stream_, buffer_, request_,
                     [self = shared_from_this()](error_code failed, std::size_t) {
                       if (!failed) self->answer();
                     });
  }

 private:
  void answer() {
    const std::string_view path{request_.target().data(), request_.target().size()};
    if (path.substr(0, 11) == "/socket.io/") {
      io_.attach(troupe::from_beast(stream_.release_socket(), std::move(request_), buffer_));
      return;
    }
    response_ = {path == "/" ? http::status::ok : http::status::not_found, request_.version()};
    response_.set(http::field::content_type, "text/plain");
    response_.body() = path == "/" ? "the program's own page\n" : "no such page\n";
    response_.keep_alive(request_.keep_alive());
    response_.prepare_payload();
    http::async_write(stream_, response_,
                      [self = shared_from_this()](error_code failed, std::size_t) {
                        if (!failed && self->response_.keep_alive()) self->read();
                      });
  }

  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
  troupe::server& io_;
};

void accept(tcp::acceptor& acceptor, troupe::server& io) {
  acceptor.async_accept([&](error_code failed, tcp::socket socket) {
    if (failed == boost::asio::error::operation_aborted) return;
    if (!failed) std::make_shared<connection>(std::move(socket), io)->read();
    accept(acceptor, io);
  });
}

}  // namespace

int main(int argc, char** argv) {
  troupe::options options = options_from(argc, argv);
  const tcp::endpoint at(boost::asio::ip::make_address(options.host), options.port);
  const auto on_listening = options.on_listening;

  options.listens = false;
  troupe::server io{std::move(options)};
  io.on_connection([&](troupe::socket& socket) {
    socket.on("chat", [&](const troupe::value& msg) { io.emit("chat", msg); });
  });
  io.start();

  boost::asio::io_context loop(1);
  tcp::acceptor acceptor(loop, at);
  boost::asio::signal_set ending(loop, SIGINT, SIGTERM);
  ending.async_wait([&](error_code, int) { loop.stop(); });
  accept(acceptor, io);
  on_listening(acceptor.local_endpoint().port());
  loop.run();
}
