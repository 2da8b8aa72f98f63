#include <troupe/harness/engine_client.hpp>

#include <troupe/harness/client_bytes.hpp>
#include <troupe/harness/client_frames.hpp>
#include <troupe/protocol/base64.hpp>
#include <troupe/protocol/socketio/value.hpp>

namespace troupe::harness {

engine_client::engine_client(client_network& net, engine_options how, armed_faults& faults,
                             host& owner)
    : net_(net), options_(std::move(how)), faults_(faults), host_(owner) {
  ping_due_ = net_.now() + options_.connect_timeout;
  if (options_.polling) {
    get();
  } else {
    upgrade_ = upgrade::done;
    open_websocket();
  }
}

std::string engine_client::target(std::string_view transport) const {
  std::string text = options_.path + "?EIO=4&transport=";
  text += transport;
  if (!sid_.empty()) text += "&sid=" + sid_;
  return text;
}

void engine_client::send(std::string data, bool binary) {
  if (phase_ == phase::closed || closing_) return;
  outgoing_.push_back({binary ? std::move(data) : "4" + data, binary});
  write_all();
}

void engine_client::close() {
  if (phase_ == phase::closed || std::exchange(closing_, true)) return;
  if (phase_ == phase::open && polls()) {
    outgoing_.push_back({"1", false});
    write_all();
  } else if (phase_ == phase::open && handshaken_) {
    frame(frames::closing, {});
  }
  fail("forced close");
}

void engine_client::vanish() {
  if (phase_ != phase::closed) fail("transport error");
}

// --- outgoing

void engine_client::get() {
  if (get_ == nullptr || get_->is_ended) get_ = net_.connect(options_.client);
  get_->send(polling_request(target("polling"), options_.host, {}));
  get_pending_ = true;
  if (phase_ != phase::open) return;
  const auto beside = [&](const std::string& where) {
    beside_.push_back(net_.connect(options_.client));
    beside_.back()->send(polling_request(where, options_.host, {}));
  };
  if (faults_.strikes(fault::duplicate_poll)) {
    raced_ = true;  // Nobody reads what the second one is answered.
    beside(target("polling"));
  }
  if (faults_.strikes(fault::wrong_sid))
    beside(options_.path + "?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA");
  if (faults_.strikes(fault::aborted_poll)) fail("transport error");
}

void engine_client::post() {
  std::string payload;
  for (const packet& one : outgoing_) {
    if (!payload.empty()) payload += '\x1e';
    if (one.binary) payload += 'b';
    one.binary ? protocol::base64::append_encoded(payload, one.text) : void(payload += one.text);
  }
  outgoing_.clear();
  if (post_ == nullptr || post_->is_ended) post_ = net_.connect(options_.client);
  post_->send(polling_request(target("polling"), options_.host, payload));
  post_pending_ = true;
  const bool repeats = faults_.strikes(fault::repeated_post);
  if (!repeats && !faults_.strikes(fault::overlapping_post)) return;
  beside_.push_back(net_.connect(options_.client));
  beside_.back()->send(
      polling_request(target("polling"), options_.host, repeats ? payload : std::string("3")));
}

void engine_client::open_websocket() {
  websocket_ = net_.connect(options_.client);
  websocket_->send(websocket_request(target("websocket"), options_.host));
  handshaken_ = false;
}

void engine_client::frame(unsigned char opcode, std::string_view payload) {
  if (websocket_ != nullptr) websocket_->send(frames::client_frame(opcode, payload));
}

void engine_client::write(const packet& what) {
  frame(what.binary ? frames::binary : frames::text, what.text);
}

void engine_client::write_all() {
  if (phase_ != phase::open || outgoing_.empty()) return;
  if (!polls()) {
    for (const packet& one : outgoing_) write(one);
    outgoing_.clear();
  } else if (!post_pending_ && upgrade_ != upgrade::pausing) {
    post();
  }
}

// --- incoming

bool engine_client::act() {
  if (phase_ == phase::closed) return false;
  if (net_.now() >= ping_due_) {
    fail(phase_ == phase::open ? "ping timeout" : "timeout");
    return true;
  }
  bool did = read_get();
  did = read_post() || did;
  did = read_websocket() || did;
  return finish_upgrade() || did;
}

time_point engine_client::due() const {
  return phase_ == phase::closed ? time_point::max() : ping_due_;
}

bool engine_client::read_get() {
  if (!get_pending_ || get_ == nullptr || phase_ == phase::closed) return false;
  if (auto answer = take_answer(get_->received)) {
    get_pending_ = false;
    if (answer->status != 200) {
      fail("transport error");
      return true;
    }
    on_payload(answer->body);
    if (phase_ == phase::open && polls() && upgrade_ != upgrade::pausing) get();
    return true;
  }
  if (!get_->is_ended && !get_->has_failed) return false;
  fail("transport error");
  return true;
}

bool engine_client::read_post() {
  if (!post_pending_ || post_ == nullptr || phase_ == phase::closed) return false;
  const auto answer = take_answer(post_->received);
  if (!answer && !post_->is_ended && !post_->has_failed) return false;
  post_pending_ = false;
  if (!answer || answer->status != 200)
    fail("transport error");
  else
    write_all();
  return true;
}

bool engine_client::read_websocket() {
  if (websocket_ == nullptr || phase_ == phase::closed) return false;
  bool did = false;
  if (!handshaken_) {
    if (const auto answer = take_answer(websocket_->received)) {
      did = true;
      handshaken_ = answer->status == 101;
      if (!handshaken_) {
        polls() ? end_probe() : fail("transport error");
        return true;
      }
      if (upgrade_ == upgrade::probing) frame(frames::text, "2probe");
    }
  }
  while (handshaken_ && websocket_ != nullptr && phase_ != phase::closed) {
    auto taken = take_message(websocket_->received);
    if (!taken) break;
    did = true;
    if (taken->opcode == frames::closing) {
      polls() ? end_probe() : fail("transport close");
    } else if (taken->opcode == frames::ping) {
      frame(frames::pong, taken->payload);
    } else if (polls()) {
      if (taken->payload == "3probe") on_probe_answer();
    } else if (taken->opcode == frames::binary) {
      host_.on_message(std::move(taken->payload), true);
    } else {
      on_packet(taken->payload);
    }
  }
  if (websocket_ == nullptr || (!websocket_->is_ended && !websocket_->has_failed)) return did;
  if (phase_ == phase::closed) return did;
  const bool is_reset = websocket_->has_failed;
  polls() ? end_probe() : fail(is_reset ? "transport error" : "transport close");
  return true;
}

void engine_client::on_payload(std::string_view payload) {
  for (std::size_t at = 0; at <= payload.size() && phase_ != phase::closed;) {
    const std::size_t end = std::min(payload.find('\x1e', at), payload.size());
    const std::string_view one = payload.substr(at, end - at);
    at = end + 1;
    if (one.starts_with('b')) {
      auto bytes = protocol::base64::decode(one.substr(1));
      if (bytes) host_.on_message(*std::move(bytes), true);
    } else {
      on_packet(one);
    }
  }
}

void engine_client::on_packet(std::string_view received) {
  if (received.empty()) return fail("parse error");
  switch (received.front()) {
    case '0':
      return on_open_packet(received.substr(1));
    case '1':
      return fail("transport close");
    case '2':
      ping_due_ = net_.now() + heartbeat_;
      if (faults_.strikes(fault::missing_pong)) return;
      outgoing_.push_back({"3", false});
      return write_all();
    case '4':
      return host_.on_message(std::string(received.substr(1)), false);
    default:
      return;
  }
}

void engine_client::on_open_packet(std::string_view json) {
  const auto parsed = value::from_json(std::string(json));
  if (!parsed || phase_ != phase::opening) return fail("parse error");
  sid_ = parsed->at("sid").as_string().value_or("");
  const auto interval = parsed->at("pingInterval").as_int().value_or(25'000);
  const auto patience = parsed->at("pingTimeout").as_int().value_or(20'000);
  heartbeat_ = std::chrono::milliseconds(interval + patience);
  ping_due_ = net_.now() + heartbeat_;
  phase_ = phase::open;
  const auto upgrades = parsed->at("upgrades").as_array();
  host_.on_open();
  if (phase_ != phase::open || !polls()) return write_all();
  if (options_.websocket && options_.upgrades && upgrades && !upgrades->empty()) {
    upgrade_ = upgrade::probing;
    open_websocket();
  }
  write_all();
}

// --- the end

void engine_client::fail(std::string_view reason) {
  if (phase_ == phase::closed) return;
  phase_ = phase::closed;
  drop_connections();
  host_.on_closed(reason);
}

void engine_client::drop_connections() {
  for (connection_ptr* one : {&get_, &post_, &websocket_}) {
    if (*one != nullptr) (*one)->close();
    one->reset();
  }
  for (const connection_ptr& one : beside_) one->close();
  beside_.clear();
}

}  // namespace troupe::harness
