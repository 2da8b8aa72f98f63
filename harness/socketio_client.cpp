#include <troupe/harness/socketio_client.hpp>

#include <algorithm>

namespace troupe::harness {

namespace socketio = protocol::socketio;

socketio_client::socketio_client(client_network& net, std::uint64_t seed, client_options how)
    : net_(net),
      random_(seed, "client " + std::to_string(how.engine.client)),
      options_(std::move(how)) {}

socketio_client::~socketio_client() = default;

// --- the connection

void socketio_client::connect() {
  wants_connection_ = true;
  if (engine_ == nullptr && reconnect_due_ == time_point::max()) open();
}

void socketio_client::open() {
  reconnect_due_ = time_point::max();
  decoder_ = std::make_unique<socketio::decoder>(bounds_);
  engine_ = std::make_unique<engine_client>(net_, options_.engine, faults_,
                                            static_cast<engine_client::host&>(*this));
}

void socketio_client::disconnect() {
  wants_connection_ = false;
  reconnect_due_ = time_point::max();
  for (auto& [nsp, one] : spaces_)
    if (one.now == joined::yes) send(*socketio::encode_disconnect(nsp));
  if (engine_ != nullptr) engine_->close();
}

void socketio_client::vanish() {
  if (engine_ != nullptr) engine_->vanish();
}

bool socketio_client::act() {
  ended_.reset();
  if (engine_ != nullptr) return engine_->act();
  if (reconnect_due_ > net_.now()) return false;
  open();
  return true;
}

time_point socketio_client::due() const {
  return engine_ != nullptr ? engine_->due() : reconnect_due_;
}

void socketio_client::on_open() {
  for (auto& [nsp, one] : spaces_) {
    one.left = false;
    if (one.wanted && !one.ended_by_server) ask_to_join(nsp, one);
  }
}

void socketio_client::on_closed(std::string_view reason) {
  ended_ = std::move(engine_);
  for (auto& [nsp, one] : spaces_) {
    one.is_pending = false;
    end(nsp, one, reason);
  }
  if (!wants_connection_ || !options_.reconnects) return;
  const double longest = static_cast<double>(options_.reconnection_delay_max.count());
  double delay = static_cast<double>(options_.reconnection_delay.count()) *
                 static_cast<double>(1u << std::min(attempts_++, 10u));
  delay = std::min(delay, longest);
  const double spread = static_cast<double>(random_.below(2001)) / 1000 - 1;
  delay = std::min(delay * (1 + spread * options_.randomization), longest);
  reconnect_due_ = net_.now() + std::chrono::milliseconds(static_cast<std::int64_t>(delay));
}

// --- namespaces

void socketio_client::join(std::string_view nsp, std::string_view auth) {
  const auto [place, added] = spaces_.try_emplace(std::string(nsp));
  space& into = place->second;
  into.auth = auth;
  into.wanted = true;
  into.ended_by_server = false;
  if (!is_open() || into.now != joined::no) return;
  if (into.is_pending)
    into.now = joined::asked;  // It had left before the reply came: that one serves.
  else
    ask_to_join(place->first, into);
}

void socketio_client::leave(std::string_view nsp) {
  const auto found = spaces_.find(nsp);
  if (found == spaces_.end()) return;
  found->second.wanted = false;
  found->second.left = true;
  if (found->second.now == joined::yes) send(*socketio::encode_disconnect(found->first));
  end(found->first, found->second, "io client disconnect");
}

void socketio_client::ask_to_join(const std::string& nsp, space& into) {
  into.now = joined::asked;
  into.is_pending = true;
  engine_->send("0" + (nsp == "/" ? std::string() : nsp + ",") + into.auth);
}

void socketio_client::end(const std::string& nsp, space& ended, std::string_view reason) {
  const bool was_joined = std::exchange(ended.now, joined::no) == joined::yes;
  ended.sid.clear();
  // What is kept until the namespace is joined will still be answered.
  if (was_joined) ended.answers.clear();
  if (was_joined && on_disconnect) on_disconnect(nsp, reason);
}

bool socketio_client::is_joined(std::string_view nsp) const {
  const auto found = spaces_.find(nsp);
  return found != spaces_.end() && found->second.now == joined::yes;
}

bool socketio_client::is_joined_everywhere() const {
  return std::all_of(spaces_.begin(), spaces_.end(), [](const auto& listed) {
    const space& one = listed.second;
    return !one.wanted || one.ended_by_server || one.now == joined::yes;
  });
}

std::string socketio_client::id(std::string_view nsp) const {
  const auto found = spaces_.find(nsp);
  return found == spaces_.end() ? std::string() : found->second.sid;
}

std::size_t socketio_client::waiting_answers(std::string_view nsp) const {
  const auto found = spaces_.find(nsp);
  return found == spaces_.end() ? 0 : found->second.answers.size();
}

// --- packets

void socketio_client::emit_values(std::string_view nsp, std::string_view event, arguments values,
                                  answer_handler answered) {
  const auto found = spaces_.find(nsp);
  if (found == spaces_.end()) return;
  space& in = found->second;
  std::optional<std::uint64_t> id;
  if (answered) {
    id = in.next_id++;
    in.answers.emplace(*id, std::move(answered));
  }
  const argument_writer writer(event, values);
  const auto what = socketio::encode_event(nsp, writer.texts(), id, writer.attachments());
  if (in.now == joined::yes)
    send(*what);
  else if (in.kept.size() < kept_packets_max)
    in.kept.push_back(what);
}

void socketio_client::send(const protocol::frame& what) {
  if (engine_ == nullptr) return;
  for (std::size_t i = 0; i < what.part_count(); ++i) {
    const auto part = what.part_at(i);
    const std::string_view text = what.message(part);
    // The engine writes the type itself.
    engine_->send(std::string(part.binary ? text : text.substr(1)), part.binary);
  }
}

void socketio_client::on_message(std::string data, bool binary) {
  auto decoded =
      binary ? decoder_->binary(std::move(data)) : decoder_->text(std::move(data), net_.now());
  if (!decoded) return wrong(decoded.error().message());
  if (*decoded != nullptr) on_packet(*decoded);
}

void socketio_client::on_packet(const socketio::packet_ptr& received) {
  using type = socketio::packet_type;
  const socketio::packet_view& view = received->view();
  const auto found = spaces_.find(view.nsp);
  if (found == spaces_.end()) return wrong("a packet of an unknown namespace");
  const std::string& nsp = found->first;
  space& in = found->second;
  switch (view.type) {
    case type::connect: {
      in.is_pending = false;
      if (in.now == joined::no) return send(*socketio::encode_disconnect(nsp));  // It has left.
      in.left = false;
      if (in.now == joined::yes) return wrong("a second CONNECT");
      in.now = joined::yes;
      in.sid = value::from_packet(received, view.payload).at("sid").as_string().value_or("");
      attempts_ = 0;
      if (on_connect) on_connect(nsp);
      for (const auto& kept : std::exchange(in.kept, {})) send(*kept);
      return;
    }
    case type::connect_error: {
      if (in.now == joined::yes) return wrong("CONNECT_ERROR of a joined namespace");
      in.now = joined::no;
      in.is_pending = false;
      const value payload = value::from_packet(received, view.payload);
      if (on_connect_error) on_connect_error(nsp, payload.at("message").as_string().value_or(""));
      return;
    }
    case type::disconnect:
      if (in.now != joined::yes)
        return in.left ? void() : wrong("DISCONNECT of no joined namespace");
      in.ended_by_server = true;
      return end(nsp, in, "io server disconnect");
    default:
      // After its own DISCONNECT a client still receives what was under way.
      if (in.now != joined::yes) return in.left ? void() : wrong("a packet behind the end");
      view.type == type::ack || view.type == type::binary_ack ? on_answer(in, received)
                                                              : on_event_packet(nsp, received);
  }
}

void socketio_client::on_event_packet(const std::string& nsp,
                                      const socketio::packet_ptr& received) {
  const socketio::packet_view& view = received->view();
  arguments values;
  for (const std::string_view slice : view.arguments)
    values.push_back(value::from_packet(received, slice));
  const std::string name = values.front().as_string().value_or("");
  values.erase(values.begin());
  if (!on_event) return;
  const arguments answer = on_event(nsp, name, values);
  if (!view.id) return;
  const argument_writer writer({}, answer);
  send(*socketio::encode_ack(nsp, writer.texts(), *view.id, writer.attachments()));
}

void socketio_client::on_answer(space& in, const socketio::packet_ptr& received) {
  const socketio::packet_view& view = received->view();
  const auto found = in.answers.find(view.id.value_or(~std::uint64_t{0}));
  if (found == in.answers.end()) return wrong("an ack that nobody waits for");
  const answer_handler answered = std::move(found->second);
  in.answers.erase(found);
  arguments values;
  for (const std::string_view slice : view.arguments)
    values.push_back(value::from_packet(received, slice));
  answered(values);
}

void socketio_client::wrong(std::string_view what) {
  if (on_wrong_packet) on_wrong_packet(what);
}

}  // namespace troupe::harness
