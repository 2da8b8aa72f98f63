#include <boost/system/system_error.hpp>
#include <stdexcept>

#include <troupe/actors/messages.hpp>
#include <troupe/runtime/attach.hpp>
#include <troupe/runtime/server_state.hpp>

// The part of a server that takes connections in: its listeners, TLS, and what is handed to it.

namespace troupe {

std::unique_ptr<transport::listener> server::state::open(const transport::listener_options& where) {
  auto opened = transport::listen(*loops[0], where);
  if (!opened) throw boost::system::system_error(opened.error());
  if ((*opened)->port() != 0) port = (*opened)->port();
  return *std::move(opened);
}

std::uint16_t server::state::listen(const transport::listener_options& where) {
  auto opened = open(where);
  const std::uint16_t got = opened->port();
  const std::lock_guard lock(mutex);
  if (now != phase::running) throw std::logic_error("the server does not run");
  accept_from(*opened);
  listeners.push_back(std::move(opened));
  return got;
}

void server::state::stop_listening_now() {
  const std::lock_guard lock(mutex);
  listeners.clear();
}

void server::state::start_listening() {
  if (settings.user.simulator != nullptr) return settings.user.simulator->start_listening(*shared);
  const std::lock_guard lock(mutex);
  for (const auto& one : listeners) accept_from(*one);
}

void server::state::accept_from(transport::listener& from) {
  from.start([this](std::unique_ptr<transport::stream> bytes) { accept(std::move(bytes)); });
}

void server::state::accept(std::unique_ptr<transport::stream> bytes) {
  if (!shards[0]->admit_connection(*bytes)) return;
  actors::tell(shared->transport, actors::accepted{std::make_shared<runtime::new_connection>(
                                      secured(std::move(bytes)), settings.loops)});
}

std::unique_ptr<transport::stream> server::state::secured(
    std::unique_ptr<transport::stream> bytes) {
  return tls == nullptr ? std::move(bytes) : tls->wrap(std::move(bytes), *loops[0]);
}

void server::state::reload_tls() {
  {
    const std::lock_guard lock(mutex);
    if (now != phase::running || tls == nullptr) throw std::logic_error("the server runs no TLS");
  }
  if (const auto failure = tls->reload()) throw boost::system::system_error(failure, "TLS");
}

void server::state::attach(foreign_connection from) {
  if (from.bytes == nullptr) {
    auto adopted = transport::adopt_socket(*loops[0], from.descriptor);
    if (!adopted) throw boost::system::system_error(adopted.error());
    from.bytes = *std::move(adopted);
  }
  {
    const std::lock_guard lock(mutex);
    if (now != phase::running) throw std::logic_error("the server does not run");
  }
  // On this thread, since the loop that it leaves may be this thread's.
  if (const auto failure = from.bytes->move_to(*loops[0]))
    throw boost::system::system_error(failure, "attach");
  if (from.descriptor >= 0 && !from.request) from.bytes = secured(std::move(from.bytes));
  actors::tell(shared->transport, actors::accepted{std::make_shared<runtime::attached_connection>(
                                      std::move(from), settings.loops)});
}

void server::state::stop_listening() {
  if (settings.user.simulator != nullptr) settings.user.simulator->stop_listening(*shared);
  stop_listening_now();
}

}  // namespace troupe
