#include <troupe/harness/socket_network.hpp>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

#include <troupe/harness/proxy.hpp>

namespace troupe::harness {

using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

/// The socket; lives until its last handler has run.
struct channel : std::enable_shared_from_this<channel> {
  explicit channel(boost::asio::io_context& loop) : socket(loop) {}

  void open(const std::string& host, const std::string& port) {
    error_code failure;
    tcp::resolver resolver(socket.get_executor());
    const auto found = resolver.resolve(host, port, failure);
    if (failure) return fail();
    boost::asio::async_connect(socket, found,
                               [me = shared_from_this()](error_code error, const tcp::endpoint&) {
                                 if (error) return me->fail();
                                 error_code ignored;
                                 me->socket.set_option(tcp::no_delay(true), ignored);
                                 me->is_open = true;
                                 me->read();
                                 me->write();
                               });
  }
  void read() {
    socket.async_read_some(boost::asio::buffer(buffer),
                           [me = shared_from_this()](error_code error, std::size_t size) {
                             if (me->near == nullptr) return;
                             me->near->received.append(me->buffer.data(), size);
                             if (!error) return me->read();
                             if (error == boost::asio::error::eof)
                               me->near->is_ended = true;
                             else
                               me->near->has_failed = true;
                           });
  }
  void write() {
    if (!is_open || is_writing) return;
    if (waiting.empty()) {
      error_code ignored;
      if (near == nullptr) socket.close(ignored);
      return;
    }
    is_writing = true;
    writing.swap(waiting);
    boost::asio::async_write(socket, boost::asio::buffer(writing),
                             [me = shared_from_this()](error_code error, std::size_t) {
                               me->is_writing = false;
                               me->writing.clear();
                               if (error) return me->fail();
                               me->write();
                             });
  }
  void fail() {
    error_code ignored;
    socket.close(ignored);
    is_open = false;
    if (near != nullptr) near->has_failed = true;
  }

  tcp::socket socket;
  client_connection* near = nullptr;  // The client's end, while it is there.
  std::array<char, 16 * 1024> buffer{};
  std::string waiting, writing;
  bool is_open = false, is_writing = false;
};

}  // namespace

class socket_network::connection final : public client_connection {
 public:
  explicit connection(boost::asio::io_context& loop) : channel_(std::make_shared<channel>(loop)) {
    channel_->near = this;
  }
  ~connection() override { close(); }
  void open(const std::string& address) {
    const auto [host, port] = host_and_port(address);
    channel_->open(host, port);
  }

  void send(std::string_view bytes) override {
    channel_->waiting += bytes;
    channel_->write();
  }
  void close() override {
    if (std::exchange(channel_->near, nullptr) != nullptr) channel_->write();
  }
  void reset() override {
    channel_->near = nullptr;
    channel_->fail();
  }

 private:
  std::shared_ptr<channel> channel_;
};

connection_ptr socket_network::connect(unsigned client) {
  auto made = std::make_shared<connection>(loop_);
  made->open(addresses_[client]);
  return made;
}

}  // namespace troupe::harness
