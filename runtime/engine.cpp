#include <troupe/runtime/engine.hpp>

#include <stdexcept>

#include <troupe/runtime/server.hpp>

namespace troupe {

engine_hooks& engine::open() const {
  if (hooks_->is_sealed.load(std::memory_order_acquire))
    throw std::logic_error("register on the engine before the server starts");
  return *hooks_;
}

engine engine::use(engine_middleware middleware) const {
  open().middlewares.push_back(std::move(middleware));
  return *this;
}

engine engine::on_connection(std::function<void(engine_session&)> listener) const {
  open().connection.push_back(std::move(listener));
  return *this;
}

engine engine::on_connection_error(std::function<void(const connection_error&)> listener) const {
  open().connection_error.push_back(std::move(listener));
  return *this;
}

engine engine::on_initial_headers(headers_listener listener) const {
  open().initial_headers.push_back(std::move(listener));
  return *this;
}

engine engine::on_headers(headers_listener listener) const {
  open().headers.push_back(std::move(listener));
  return *this;
}

engine engine::set_generator(id_hook make) const {
  open().generate_id = std::move(make);
  return *this;
}

std::uint64_t engine::clients_count() const {
  return server_->stats().clients;
}

}  // namespace troupe
