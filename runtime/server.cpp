#include <troupe/runtime/server.hpp>

#include <troupe/runtime/foreign_connection.hpp>
#include <troupe/runtime/server_state.hpp>

namespace troupe {

server::server(options settings) : state_(std::make_unique<state>(nullptr, std::move(settings))) {}

server::server(caf::actor_system& system, options settings)
    : state_(std::make_unique<state>(&system, std::move(settings))) {}

server::~server() {
  close();
  wait();
}

bool server::run() {
  return state_->run();
}

void server::start() {
  state_->start();
}

std::uint16_t server::port() const noexcept {
  return state_->port;
}

void server::close() {
  state_->close();
}

void server::drain(std::chrono::milliseconds deadline, std::chrono::milliseconds spread) {
  state_->drain(deadline, spread);
}

std::uint16_t server::listen(const transport::listener_options& where) {
  return state_->listen(where);
}

void server::stop_listening() {
  state_->stop_listening_now();
}

void server::attach(foreign_connection from) {
  state_->attach(std::move(from));
}

void server::reload_tls() {
  state_->reload_tls();
}

bool server::wait() {
  return state_->wait();
}

nsp server::of(std::string_view name) {
  std::string full(name);
  if (full.empty() || full.front() != '/') full.insert(full.begin(), '/');
  return {*state_->shared, state_->shared->open(full)};
}

troupe::engine server::engine() const {
  return {state_->settings.hooks, *this};
}

nsp server::parent(actors::name_judge judge, actors::name_test test) {
  actors::directory& shared = *state_->shared;
  return {shared, shared.names().add_parent(std::move(judge), std::move(test))};
}

void server::on_new_namespace(std::function<void(nsp)> handler) {
  actors::directory& shared = *state_->shared;
  shared.names().on_new([&shared, handler = std::move(handler)](const auto& made) {
    shared.call("new namespace handler", [&] { handler({shared, made}); });
  });
}

nsp server::root() const {
  return *state_->root;
}

server_stats server::stats() const {
  server_stats sum;
  for (const auto& one : state_->shards) {
    const actors::counters& counted = one->count();
    // What ended is read first: a difference is never negative.
    const auto closed = counted.sessions_closed.value();
    const auto disconnected = counted.sockets_disconnected.value();
    sum.clients += counted.sessions_opened.value() - closed;
    sum.sockets += counted.sockets_connected.value() - disconnected;
    const auto rooms_closed = counted.rooms_closed.value();
    sum.rooms += counted.rooms_opened.value() - rooms_closed;
    sum.connections_accepted += counted.connections_accepted.value();
    sum.tls_failures += counted.tls_failures.value();
    sum.requests_refused += counted.requests_refused.value();
    sum.packets_received += counted.packets_received.value();
    sum.packets_malformed += counted.packets_malformed.value();
    sum.packets_sent += counted.packets_sent.value();
    sum.sockets_refused += counted.sockets_refused.value();
    sum.namespaces_refused += counted.namespaces_refused.value();
    sum.handlers_thrown += counted.handlers_thrown.value();
    sum.arguments_mismatched += counted.arguments_mismatched.value();
    sum.acks_timed_out += counted.acks_timed_out.value();
    sum.volatile_dropped += counted.volatile_dropped.value();
    sum.outboxes_overflown += counted.outboxes_overflown.value();
    sum.clients_died += counted.clients_died.value();
    sum.operations_held += counted.operations_held.value();
    sum.reads_paused += counted.reads_paused.value();
    sum.connections_refused += counted.connections_refused.value();
    sum.sessions_refused += counted.sessions_refused.value();
    sum.events_refused += counted.events_refused.value();
    sum.rooms_refused += counted.rooms_refused.value();
    sum.events_timed_out += counted.events_timed_out.value();
    sum.session_calls_dropped += counted.session_calls_dropped.value();
    sum.actor_messages_dropped += counted.actor_messages_dropped.value();
    sum.sockets_recovered += counted.sockets_recovered.value();
    sum.sockets_not_recovered += counted.sockets_not_recovered.value();
    sum.recovery_packets_dropped += counted.recovery_packets_dropped.value();
    sum.recovery_sessions_dropped += counted.recovery_sessions_dropped.value();
  }
  sum.handlers_thrown += state_->shared->calls_thrown();
  sum.emits_refused = state_->shared->names().emits_refused();
  return sum;
}

void init_actor_types() {
#if TROUPE_CAF_1X
  caf::init_global_meta_objects<caf::id_block::troupe>();
  caf::init_global_meta_objects<caf::id_block::troupe_runtime>();
  caf::core::init_global_meta_objects();
#endif
}

}  // namespace troupe
