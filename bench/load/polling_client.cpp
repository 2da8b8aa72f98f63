#include "polling_client.hpp"

#include "fail.hpp"
#include "http_response.hpp"

namespace load {

namespace {
constexpr char separator = '\x1e';
}

polling_client::polling_client(std::size_t index, const scenario& what, reactor& events,
                               client::listener& told)
    : client(index, what, told),
      receiving_(*this, what, index, events),
      sending_(*this, what, index, events) {
  request_packets();
}

std::string polling_client::target() const {
  return " /socket.io/?EIO=4&transport=polling" + (id_.empty() ? id_ : "&sid=" + id_) +
         " HTTP/1.1\r\nHost: localhost\r\n";
}

void polling_client::request_packets() {
  receiving_.bytes.send("GET" + target() + "\r\n");
}

void polling_client::on_open(std::string_view id) {
  id_ = id;
}

std::size_t polling_client::exchange::on_bytes(std::string_view received) {
  const auto answer = read_http_response(received);
  if (!answer) return 0;
  if (answer->status != 200) fail("a request is answered by " + std::to_string(answer->status));
  owner.on_answer(*this, answer->body);
  return answer->size;
}

void polling_client::on_answer(const exchange& from, std::string_view body) {
  if (&from == &sending_) {
    is_posting_ = false;
    return is_leaving_ && waiting_.empty() ? end() : post_waiting();
  }
  // The next GET goes out first: the server need not wait for this client to think.
  if (!id_.empty() && !is_leaving_) request_packets();
  const bool opens = id_.empty();
  while (!body.empty()) {
    const auto end = std::min(body.find(separator), body.size());
    if (!is_leaving_) on_engine_packet(body.substr(0, end));
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  if (opens) request_packets();
}

void polling_client::send(std::string_view packet) {
  send_engine_packet("4" + std::string(packet));
}

void polling_client::send_attachment(std::string_view) {
  fail("attachments are measured over WebSocket only");
}

void polling_client::send_engine_packet(std::string_view packet) {
  if (!waiting_.empty()) waiting_ += separator;
  waiting_ += packet;
  post_waiting();
}

void polling_client::post_waiting() {
  if (is_posting_ || waiting_.empty()) return;
  is_posting_ = true;
  sending_.bytes.send("POST" + target() + "Content-Type: text/plain;charset=UTF-8\r\n" +
                      "Content-Length: " + std::to_string(waiting_.size()) + "\r\n\r\n" + waiting_);
  waiting_.clear();
}

void polling_client::leave() {
  is_leaving_ = true;
  send_engine_packet("1");
}

void polling_client::end() {
  receiving_.bytes.close();
  sending_.bytes.close();
  told_.on_ended(*this);
}

}  // namespace load
