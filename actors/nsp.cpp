#include <troupe/actors/nsp.hpp>

#include <stdexcept>
#include <utility>

#include <troupe/actors/directory.hpp>
#include <troupe/actors/messages.hpp>
#include <troupe/actors/subscription.hpp>

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

template <class Add>
void nsp::listen_to_rooms(Add add) const {
  entry_->change([&](actors::namespace_entry::handlers& all) {
    using listeners = actors::namespace_entry::room_listeners;
    auto changed =
        all.rooms ? std::make_shared<listeners>(*all.rooms) : std::make_shared<listeners>();
    add(*changed);
    all.rooms = std::move(changed);
  });
  const caf::actor broadcaster = entry_->broadcaster();
  if (broadcaster) actors::tell(broadcaster, actors::rooms_watched{});
}

void nsp::on_create_room(std::function<void(const std::string&)> handler) const {
  listen_to_rooms([&](auto& all) { all.created.push_back(std::move(handler)); });
}

void nsp::on_delete_room(std::function<void(const std::string&)> handler) const {
  listen_to_rooms([&](auto& all) { all.deleted.push_back(std::move(handler)); });
}

void nsp::on_join_room(std::function<void(const std::string&, const std::string&)> handler) const {
  listen_to_rooms([&](auto& all) { all.joined.push_back(std::move(handler)); });
}

void nsp::on_leave_room(std::function<void(const std::string&, const std::string&)> handler) const {
  listen_to_rooms([&](auto& all) { all.left.push_back(std::move(handler)); });
}

void nsp::emit_to_servers(std::string_view event, const arguments&,
                          const broadcast_ack_handler& on_acks) const {
  if (event == "connect" || event == "connection" || event == "new_namespace")
    throw std::invalid_argument("reserved event name");
  if (on_acks) on_acks({});
}

void nsp::subscribe(const caf::actor& who) const {
  subscribe(who, {});
}

void nsp::subscribe(const caf::actor& who, subscription_options wanted) const {
  auto added = std::make_shared<actors::subscription>(who, std::move(wanted));
  entry_->change([&](auto& all) { all.subscribers.push_back(std::move(added)); });
  actors::tell(directory_->supervisor, actors::subscriber_added{entry_, who});
}

void nsp::unsubscribe(const caf::actor& who) const {
  entry_->change([&](auto& all) {
    std::erase_if(all.subscribers, [&](const auto& listed) {
      if (listed->who() != who) return false;
      listed->end();
      return true;
    });
  });
}

caf::actor nsp::actor() const {
  return directory_->port_of(entry_);
}

}  // namespace troupe
