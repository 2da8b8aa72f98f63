#include <troupe/actors/nsp.hpp>

#include <troupe/actors/directory.hpp>
#include <troupe/actors/messages.hpp>

namespace troupe {

const std::string& nsp::name() const noexcept {
  return entry_->name();
}

void nsp::on_connection(std::function<void(socket&)> handler) const {
  entry_->change([&](auto& all) { all.on_connection.push_back(std::move(handler)); });
}

void nsp::use(std::function<void(socket&, next)> handler) const {
  entry_->change([&](auto& all) { all.middlewares.push_back(std::move(handler)); });
}

void nsp::subscribe(const caf::actor& who) const {
  entry_->change([&](auto& all) { all.subscribers.push_back(who); });
  actors::tell(directory_->supervisor, actors::subscriber_added{entry_, who});
}

}  // namespace troupe
