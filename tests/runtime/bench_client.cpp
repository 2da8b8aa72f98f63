#include <tests/runtime/bench_client.hpp>

#include <algorithm>
#include <optional>

#include <troupe/harness/client_frames.hpp>
#include <troupe/protocol/base64.hpp>

namespace troupe::testing {

namespace frames = harness::frames;

namespace {

/// Takes one whole HTTP response off `bytes`: its head and body.
std::optional<std::pair<std::string, std::string>> take_response(std::string& bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == bytes.npos) return {};
  const std::string head = bytes.substr(0, end + 2);
  std::size_t length = 0;
  if (const auto at = head.find("Content-Length: "); at != head.npos)
    length = std::stoul(head.substr(at + 16));
  if (bytes.size() < end + 4 + length) return {};
  std::string body = bytes.substr(end + 4, length);
  bytes.erase(0, end + 4 + length);
  return {{head, std::move(body)}};
}

/// Takes one whole frame off `bytes`.
std::optional<std::pair<unsigned char, std::string>> take_frame(std::string& bytes) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  if (bytes.size() < 2) return {};
  std::size_t size = byte(1), header = 2;
  const std::size_t extended = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (bytes.size() < header + extended) return {};
  if (extended != 0) size = 0;
  for (; header < 2 + extended; ++header) size = size << 8 | byte(header);
  if (bytes.size() < header + size) return {};
  std::pair<unsigned char, std::string> taken(byte(0) & 0x0F, bytes.substr(header, size));
  bytes.erase(0, header + size);
  return taken;
}

}  // namespace

bench_client::bench_client(server_bench& bench, over transport, std::string query)
    : bench_(bench), query_(std::move(query)), transport_(transport) {
  bench_.world().add(*this);
  if (transport == over::websocket) {
    upgrade_ = upgrade_step::done;
    open_websocket();
  } else {
    request(get, "GET", {});
    get_pending_ = true;
  }
}

bench_client::~bench_client() {
  leave();
  bench_.world().remove(*this);
}

std::string bench_client::target() const {
  return "/socket.io/?EIO=4" + query_ + (sid.empty() ? "" : "&sid=" + sid) + "&transport=";
}

void bench_client::request(wire_ptr& on, std::string_view method, std::string_view body) {
  if (on == nullptr || on->is_closed || on->is_shut) on = bench_.open_connection();
  on->incoming += std::string(method) + " " + target() + "polling HTTP/1.1\r\nHost: h\r\n";
  if (method == "POST")
    on->incoming +=
        "Content-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  on->incoming += "\r\n";
  on->incoming += body;
}

void bench_client::open_websocket() {
  websocket = bench_.open_connection();
  websocket->incoming += "GET " + target() +
                         "websocket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: "
                         "websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                         "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

void bench_client::frame(unsigned char opcode, std::string_view payload) {
  websocket->incoming += frames::client_frame(opcode, payload);
}

void bench_client::send(std::string packet) {
  if (transport_ == over::websocket)
    frame(frames::text, packet);
  else
    outgoing_.push_back(std::move(packet));
}

void bench_client::send_binary(std::string bytes) {
  if (transport_ == over::websocket) return frame(frames::binary, bytes);
  std::string packet = "b";
  protocol::base64::append_encoded(packet, bytes);
  outgoing_.push_back(std::move(packet));
}

std::shared_ptr<harness::wire> bench_client::post_beside(std::string payload) {
  wire_ptr other;
  request(other, "POST", payload);
  return other;
}

std::shared_ptr<harness::wire> bench_client::get_beside() {
  wire_ptr other;
  request(other, "GET", {});
  return other;
}

void bench_client::upgrade() {
  upgrade_ = upgrade_step::probing;
  open_websocket();
  frame(frames::text, "2probe");
}

void bench_client::leave() {
  has_left_ = true;
  polls = false;
  for (const wire_ptr& one : {websocket, get, post})
    if (one != nullptr) one->incoming_end = true;
}

void bench_client::vanish() {
  has_left_ = true;
  polls = false;
  for (const wire_ptr& one : {websocket, get, post})
    if (one != nullptr) one->read_error = one->write_error = boost::asio::error::connection_reset;
}

void bench_client::join(std::string_view nsp, std::string_view auth) {
  send("40" + (nsp == "/" ? std::string() : std::string(nsp) + ",") + std::string(auth));
}

std::string bench_client::id_in(std::string_view nsp) const {
  const std::string start =
      "40" + (nsp == "/" ? std::string() : std::string(nsp) + ",") + "{\"sid\":\"";
  const auto all = received_as(start);
  return all.empty() ? std::string() : all.back().substr(0, 20);
}

std::vector<std::string> bench_client::received_as(std::string_view start) const {
  std::vector<std::string> matching;
  for (const std::string& packet : received)
    if (packet.starts_with(start)) matching.push_back(packet.substr(start.size()));
  return matching;
}

std::size_t bench_client::count(std::string_view packet) const {
  return static_cast<std::size_t>(std::count(received.begin(), received.end(), packet));
}

bool bench_client::act() {
  bool did = read_websocket();
  did = read_polling() || did;
  if (has_left_) return did;
  if (upgrade_ == upgrade_step::pausing && !get_pending_ && !post_pending_) {
    frame(frames::text, "5");
    upgrade_ = upgrade_step::done;
    transport_ = over::websocket;
    for (std::string& packet : outgoing_) send(std::move(packet));
    outgoing_.clear();
    return true;
  }
  return post_next() || did;
}

bool bench_client::read_response(wire_ptr& from, bool& pending, std::vector<unsigned>& statuses,
                                 std::string& body) {
  if (from == nullptr || !pending) return false;
  auto response = take_response(from->written);
  if (!response && !from->is_closed) return false;
  pending = false;
  if (!response) {
    is_closed = true;
    return true;
  }
  statuses.push_back(static_cast<unsigned>(std::stoul(response->first.substr(9, 3))));
  if (from->is_shut) from->incoming_end = true;
  body = std::move(response->second);
  return true;
}

bool bench_client::read_polling() {
  std::string body;
  bool did = read_response(post, post_pending_, post_statuses, body);
  if (did && !post_statuses.empty() && post_statuses.back() != 200) is_closed = true;
  body.clear();
  if (read_response(get, get_pending_, get_statuses, body)) {
    did = true;
    if (get_statuses.empty() || get_statuses.back() != 200) {
      is_closed = true;
    } else {
      for (std::size_t at = 0; at <= body.size();) {
        const std::size_t end = std::min(body.find('\x1e', at), body.size());
        on_packet(body.substr(at, end - at));
        at = end + 1;
      }
    }
  }
  if (transport_ == over::polling && upgrade_ != upgrade_step::pausing && polls && !get_pending_ &&
      !is_closed && !sid.empty()) {
    request(get, "GET", {});
    get_pending_ = did = true;
  }
  return did;
}

bool bench_client::post_next() {
  if (transport_ != over::polling || upgrade_ == upgrade_step::pausing || post_pending_ ||
      outgoing_.empty() || sid.empty() || is_closed)
    return false;
  std::string payload;
  for (const std::string& packet : outgoing_) {
    if (!payload.empty()) payload += '\x1e';
    payload += packet;
  }
  outgoing_.clear();
  request(post, "POST", payload);
  post_pending_ = true;
  return true;
}

bool bench_client::read_websocket() {
  if (websocket == nullptr) return false;
  bool did = false;
  if (!handshaken_) {
    const auto response = take_response(websocket->written);
    if (response) {
      handshake_status = static_cast<unsigned>(std::stoul(response->first.substr(9, 3)));
      handshaken_ = did = true;
    }
  }
  while (handshaken_ && handshake_status == 101) {
    auto taken = take_frame(websocket->written);
    if (!taken) break;
    on_frame(taken->first, std::move(taken->second));
    did = true;
  }
  if (websocket->is_closed && !is_closed && transport_ == over::websocket) is_closed = did = true;
  return did;
}

void bench_client::on_frame(unsigned char opcode, std::string payload) {
  if (opcode == frames::closing) {
    if (transport_ == over::websocket) is_closed = true;
    if (!has_left_) frame(frames::closing, payload);
    websocket->incoming_end = true;
  } else if (opcode == frames::binary) {
    on_packet("b" + payload);
  } else if (payload == "3probe") {
    upgrade_ = upgrade_step::pausing;
  } else {
    on_packet(std::move(payload));
  }
}

void bench_client::on_packet(std::string packet) {
  if (packet.starts_with("0{\"sid\":\"")) sid = packet.substr(9, 20);
  if (packet == "2" && answers_pings) send("3");
  if (packet == "1") is_closed = true;
  if (transport_ == over::polling && packet.starts_with('b')) {
    packet = "b" + protocol::base64::decode(packet.substr(1)).value();
  }
  received.push_back(std::move(packet));
}

std::vector<std::unique_ptr<bench_client>> joined(server_bench& bench, std::size_t count,
                                                  std::string_view nsp) {
  using over = bench_client::over;
  std::vector<std::unique_ptr<bench_client>> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back(
        std::make_unique<bench_client>(bench, i % 3 == 0 ? over::polling : over::websocket));
    all.back()->join(nsp);
  }
  bench.run();
  return all;
}

std::string text(const ack_result& answer) {
  if (!answer) return answer.error().message();
  std::string all;
  for (const value& one : *answer) all += std::string(one.json()) + ";";
  return all;
}

}  // namespace troupe::testing
