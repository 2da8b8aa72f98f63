#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>

#include <troupe/harness/proxy_api.hpp>

// The HTTP side of the proxy's API.

namespace troupe::harness {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {
/// A connection that says nothing for so long is closed.
constexpr std::chrono::seconds idle_max{60};
}  // namespace

class proxy_api::connection : public std::enable_shared_from_this<connection> {
 public:
  connection(proxy_api& home, tcp::socket socket)
      : home_(home), socket_(std::move(socket)), idle_(home.loop_) {}

  void read() {
    parser_.emplace();
    parser_->body_limit(body_bytes_max);
    idle_.expires_after(idle_max);
    idle_.async_wait([me = shared_from_this()](error_code cancelled) {
      error_code ignored;
      if (!cancelled) me->socket_.close(ignored);
    });
    http::async_read(socket_, buffer_, *parser_,
                     [me = shared_from_this()](error_code error, std::size_t) {
                       if (error) return void(me->idle_.cancel());
                       me->respond();
                     });
  }

 private:
  void respond() {
    const auto& request = parser_->get();
    const auto method = request.method_string();
    const auto target = request.target();
    const auto agent = request[http::field::user_agent], host = request[http::field::host];
    const std::optional<answer> refused =
        home_.refusal({{agent.data(), agent.size()},
                       {host.data(), host.size()},
                       request.find(http::field::origin) != request.end()});
    const answer told = refused ? *refused
                                : home_.handle({method.data(), method.size()},
                                               {target.data(), target.size()}, request.body());
    response_ = http::response<http::string_body>(static_cast<http::status>(told.status),
                                                  request.version());
    response_.set(http::field::content_type, "application/json");
    response_.body() = told.body;
    response_.keep_alive(request.keep_alive());
    response_.prepare_payload();
    http::async_write(socket_, response_, [me = shared_from_this()](error_code error, std::size_t) {
      if (!error && me->response_.keep_alive()) return me->read();
      me->idle_.cancel();
    });
  }

  proxy_api& home_;
  tcp::socket socket_;
  boost::asio::steady_timer idle_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

error_code proxy_api::serve(const std::string& where) {
  const auto [host, port] = host_and_port(where);
  error_code failure;
  tcp::resolver resolver(loop_);
  const auto found = resolver.resolve(host, port, tcp::resolver::passive, failure);
  if (failure) return failure;
  const tcp::endpoint at = found.begin()->endpoint();
  acceptor_ = std::make_unique<tcp::acceptor>(loop_);
  acceptor_->open(at.protocol(), failure);
  if (!failure) acceptor_->set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure) acceptor_->bind(at, failure);
  if (!failure) acceptor_->listen(boost::asio::socket_base::max_listen_connections, failure);
  if (failure) return failure;
  port_ = acceptor_->local_endpoint().port();
  accept();
  return {};
}

void proxy_api::accept() {
  acceptor_->async_accept([this](error_code error, tcp::socket socket) {
    if (error == boost::asio::error::operation_aborted) return;
    if (!error) std::make_shared<connection>(*this, std::move(socket))->read();
    accept();
  });
}

}  // namespace troupe::harness
