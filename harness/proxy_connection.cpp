#include <troupe/harness/proxy_connection.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

namespace troupe::harness {

namespace {

using boost::system::error_code;

time_point now() {
  return std::chrono::steady_clock::now();
}

void reset(boost::asio::ip::tcp::socket& which) {
  error_code ignored;
  which.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  which.close(ignored);
}

}  // namespace

fault_proxy::connection::connection(fault_proxy& home, tcp::socket client)
    : home_(&home),
      client_(std::move(client)),
      server_(home.loop_),
      up_(client_, server_, home.random_, direction::upstream, home.loop_),
      down_(server_, client_, home.random_, direction::downstream, home.loop_) {
  for (const toxic_ptr& one : home.toxics_) {
    up_.between.poison(one, now());
    down_.between.poison(one, now());
  }
}

void fault_proxy::connection::start() {
  const auto [host, port] = host_and_port(home_->options_.upstream);
  error_code failure;
  tcp::resolver resolver(home_->loop_);
  const auto found = resolver.resolve(host, port, failure);
  if (failure) {
    home_->on_upstream(failure);
    return cut();
  }
  boost::asio::async_connect(server_, found,
                             [me = shared_from_this()](error_code error, const tcp::endpoint&) {
                               if (me->is_cut_) return;
                               me->home_->on_upstream(error);
                               if (error) return me->cut();
                               error_code ignored;
                               me->server_.set_option(tcp::no_delay(true), ignored);
                               me->client_.set_option(tcp::no_delay(true), ignored);
                               for (half* one : {&me->up_, &me->down_}) {
                                 me->read(*one);
                                 me->pump(*one);
                               }
                             });
}

void fault_proxy::connection::poison(const toxic_ptr& what) {
  for (half* one : {&up_, &down_}) {
    one->between.poison(what, now());
    pump(*one);
  }
}

void fault_proxy::connection::cure(const toxic* what) {
  for (half* one : {&up_, &down_}) {
    one->between.cure(what, now());
    pump(*one);
  }
}

void fault_proxy::connection::cut() {
  if (std::exchange(is_cut_, true)) return;
  reset(client_);
  reset(server_);
  up_.wake.cancel();
  down_.wake.cancel();
  if (home_ != nullptr) std::exchange(home_, nullptr)->forget(this);
}

void fault_proxy::connection::read(half& which) {
  if (which.is_reading || which.has_read_all || is_cut_ || which.between.room() == 0) return;
  which.is_reading = true;
  which.from.async_read_some(boost::asio::buffer(which.buffer),
                             [me = shared_from_this(), &which](error_code error, std::size_t size) {
                               which.is_reading = false;
                               if (!me->is_cut_) me->on_read(which, error, size);
                             });
}

void fault_proxy::connection::on_read(half& which, error_code error, std::size_t size) {
  if (error) {
    which.has_read_all = true;
    const bool in_order = error == boost::asio::error::eof;
    which.between.finish(in_order ? pipe::ending::end : pipe::ending::reset, now());
    return pump(which);
  }
  std::string bytes(which.buffer.data(), size);
  if (which.way == direction::upstream) bytes = on_request(std::move(bytes));
  if (is_cut_) return;
  which.between.push(bytes, now());
  pump(which);
  read(which);
}

void fault_proxy::connection::pump(half& which) {
  if (is_cut_ || which.is_writing || which.is_ended || !server_.is_open()) return;
  which.writing.clear();
  const auto how = which.between.take(which.writing, now());
  if (which.writing.empty()) {
    if (how != pipe::ending::none) return finish(which, how);
    read(which);
    return sleep(which);
  }
  which.is_writing = true;
  boost::asio::async_write(which.to, boost::asio::buffer(which.writing),
                           [me = shared_from_this(), &which, how](error_code error, std::size_t) {
                             which.is_writing = false;
                             if (me->is_cut_) return;
                             if (error) return me->cut();
                             if (how != pipe::ending::none) return me->finish(which, how);
                             me->pump(which);
                           });
}

void fault_proxy::connection::finish(half& which, pipe::ending how) {
  if (how == pipe::ending::reset) return cut();
  which.is_ended = true;
  error_code ignored;
  which.to.shutdown(tcp::socket::shutdown_send, ignored);
  end_if_done();
}

void fault_proxy::connection::end_if_done() {
  if (up_.is_ended && down_.is_ended) cut();
}

void fault_proxy::connection::sleep(half& which) {
  const time_point due = which.between.due(now());
  if (due == time_point::max()) return;
  which.wake.expires_at(due);
  which.wake.async_wait([me = shared_from_this(), &which](error_code cancelled) {
    if (!cancelled) me->pump(which);
  });
}

// Faults of requests: what begins with a request line of Engine.IO's is looked at.
std::string fault_proxy::connection::on_request(std::string bytes) {
  const bool is_get = bytes.starts_with("GET "), is_post = bytes.starts_with("POST ");
  const std::size_t sid = bytes.substr(0, bytes.find("\r\n")).find("sid=");
  if ((!is_get && !is_post) || sid == bytes.npos) return bytes;
  if (bytes.find("transport=websocket") < bytes.find("\r\n")) {
    // An upgrade: what follows the handshake is lost, or all of it ends.
    if (home_->strikes(fault::lost_probe)) {
      auto lost = std::make_shared<toxic>();
      lost->kind = fault::partition;
      down_.between.poison(lost, now());
    }
    if (home_->strikes(fault::close_in_upgrade)) cut();
    return bytes;
  }
  if (is_get && home_->strikes(fault::duplicate_poll)) repeat(bytes);
  if (is_post && home_->strikes(fault::repeated_post)) repeat(bytes);
  if (home_->strikes(fault::wrong_sid)) bytes[sid + 4] = '!';
  if (is_get && home_->strikes(fault::aborted_poll)) {
    const auto delay = std::make_shared<toxic>();
    delay->kind = fault::half_close;
    up_.between.push(bytes, now());
    poison(delay);
    bytes.clear();
  }
  return bytes;
}

// The same request beside, on a connection of its own; nobody reads the answer.
void fault_proxy::connection::repeat(const std::string& request) {
  auto other = std::make_shared<tcp::socket>(home_->loop_);
  const auto bytes = std::make_shared<std::string>(request);
  error_code failure;
  const auto where = server_.remote_endpoint(failure);
  if (failure) return;
  other->async_connect(where, [other, bytes](error_code error) {
    if (error) return;
    boost::asio::async_write(*other, boost::asio::buffer(*bytes),
                             [other, bytes](error_code, std::size_t) {
                               const auto answer = std::make_shared<std::array<char, 1024>>();
                               other->async_read_some(boost::asio::buffer(*answer),
                                                      [other, answer](error_code, std::size_t) {});
                             });
  });
}

}  // namespace troupe::harness
