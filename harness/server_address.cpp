#include <troupe/harness/server_address.hpp>

#include <boost/asio/connect.hpp>
#include <stdexcept>

#include <troupe/harness/proxy.hpp>
#include <troupe/harness/socket_network.hpp>
#include <troupe/harness/standard_application.hpp>

namespace troupe::harness {

using boost::asio::ip::tcp;
using boost::system::error_code;

server_address server_address_from(std::string_view text) {
  const std::string expected = "expected HOST:PORT or http://HOST:PORT/PATH: ";
  if (text.starts_with("https://"))
    throw std::invalid_argument(expected + std::string(text) + " (TLS is not offered)");
  std::string_view rest = text;
  if (rest.starts_with("http://")) rest.remove_prefix(7);
  server_address made;
  const auto slash = rest.find('/');
  if (slash != rest.npos && slash + 1 < rest.size()) {
    made.path = rest.substr(slash);
    if (!made.path.ends_with('/')) made.path += '/';
  }
  made.host_and_port = rest.substr(0, slash);
  if (made.host_and_port.starts_with(':') || !is_address(made.host_and_port, 1))
    throw std::invalid_argument(expected + std::string(text));
  return made;
}

namespace {

using namespace std::chrono_literals;

/// One client, once.
class questioner {
 public:
  questioner(const server_address& where, milliseconds patience)
      : where_(where), network_(loop_, {where.host_and_port}), end_(network_.now() + patience) {}

  void ask() {
    expect_listener();
    client_options how;
    how.engine.path = where_.path;
    how.engine.upgrades = false;
    how.reconnects = false;
    socketio_client client(network_, 1, how);
    std::string refused;
    client.on_connect_error = [&](std::string_view nsp, std::string_view message) {
      refused = "refuses namespace " + std::string(nsp) + ": " + std::string(message);
    };
    bool is_answered = false;
    for (const std::string_view nsp : standard_namespaces) client.join(nsp, "{\"client\":0}");
    client.emit_values("/", "act", {value("own")}, [&](const arguments&) { is_answered = true; });
    client.connect();
    bool was_open = false;
    const auto is_over = [&] {
      was_open = was_open || client.is_open();
      return (is_answered && client.is_joined_everywhere()) || !refused.empty() ||
             !client.has_connection();
    };
    drive(client, is_over);
    if (!was_open) fail("no Engine.IO server answers at " + where_.path);
    if (!refused.empty()) fail(refused);
    if (!client.is_joined_everywhere()) fail("lets nobody join / and /b");
    if (!is_answered) fail("does not serve the standard application: no answer to \"act\"");
    client.disconnect();
    end_ = network_.now() + 1s;
    drive(client, [&] { return !client.has_connection(); });
  }

 private:
  [[noreturn]] void fail(const std::string& text) const {
    throw std::runtime_error(where_.host_and_port + ": " + text);
  }

  void expect_listener() {
    const auto [host, port] = host_and_port(where_.host_and_port);
    error_code failure;
    const auto found = tcp::resolver(loop_).resolve(host, port, failure);
    if (failure) fail(failure.message());
    failure = boost::asio::error::timed_out;
    tcp::socket socket(loop_);
    boost::asio::async_connect(socket, found, [&](error_code error, const tcp::endpoint&) {
      if (error != boost::asio::error::operation_aborted) failure = error;
    });
    loop_.run_until(end_);
    if (failure) {
      error_code ignored;
      socket.close(ignored);
      loop_.restart();
      loop_.run();
      fail(failure.message());
    }
    loop_.restart();
  }

  template <class IsOver>
  void drive(socketio_client& client, IsOver is_over) {
    while (network_.now() < end_ && !is_over()) {
      loop_.run_one_until(std::min(end_, std::min(network_.now() + 50ms, client.due())));
      loop_.poll();
      loop_.restart();
      while (client.act()) {
      }
    }
  }

  const server_address& where_;
  boost::asio::io_context loop_{1};
  socket_network network_;
  time_point end_;
};

}  // namespace

void expect_standard_application(const server_address& where, milliseconds patience) {
  questioner(where, patience).ask();
}

}  // namespace troupe::harness
