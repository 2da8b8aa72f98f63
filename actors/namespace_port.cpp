#include <troupe/actors/namespace_port.hpp>

#include <exception>
#include <string>
#include <utility>

#include <troupe/actors/awaited_acks.hpp>

namespace troupe::actors {

namespace {

caf::error error_of(const collected_acks& result) {
  if (result.error == make_error_code(ack_errc::timed_out))
    return caf::make_error(caf::sec::request_timeout);
  if (result.error == make_error_code(ack_errc::too_many))
    return caf::make_error(caf::sec::runtime_error, std::string("too many acks are awaited"));
  if (result.error) return caf::make_error(caf::sec::runtime_error, result.error.message());
  return caf::make_error(caf::sec::request_receiver_down);
}

}  // namespace

namespace_port::namespace_port(caf::actor_config& config, directory& shared, namespace_ptr nsp)
    : pinned_actor(config), directory_(shared), nsp_(std::move(nsp)) {}

caf::behavior namespace_port::make_behavior() {
  return {
    [this](const emit_event& message) {
      guard([&] {
        auto to = chosen(message.rooms).except(message.except);
        if (message.is_volatile) to = to.volatile_();
        return to.emit(message.event, message.values);
      });
    },
        [this](const join_rooms& message) {
          guard([&] { return chosen(message.rooms).sockets_join(message.joined); });
        },
        [this](const leave_rooms& message) {
          guard([&] { return chosen(message.rooms).sockets_leave(message.left); });
        },
        [this](const disconnect_clients& message) {
          guard([&] { return chosen(message.rooms).disconnect_sockets(message.close); });
        },
        [this](const acknowledge& message) {
          guard([&] {
            message.reply.send(message.values);
            return true;
          });
        },
        [this](const ask_client& message) { return ask(message); },
        [this](const client_answered& message) { answered(message); },
        [this](const end&) { quit(); },
#if TROUPE_CAF_1X
        [](const caf::error&) {},
#endif
  };
}

void namespace_port::on_exit() {
  asked_.clear();
  nsp_.reset();
}

broadcast_operator namespace_port::chosen(const std::vector<std::string>& rooms) const {
  return broadcast_operator(directory_, nsp_).to(rooms);
}

template <class Work>
bool namespace_port::guard(Work work) {
  try {
    if (work()) return true;
    directory_.log(log_level::warning, "message of an actor dropped: too many operations wait");
  } catch (const std::exception& thrown) {
    directory_.log(log_level::error, std::string("message of an actor: ") + thrown.what());
  }
  return false;
}

namespace_port::answer_promise namespace_port::ask(const ask_client& message) {
  auto promise = make_response_promise<client_answer>();
  const std::uint64_t id = next_++;
  asked_.emplace(id, promise);
  const auto self = caf::actor_cast<caf::actor>(this);
  const bool is_sent = guard([&] {
    return chosen({message.sid})
        .timeout(message.timeout)
        .emit_values(message.event, message.values, [self, id](collected_acks&& all) {
          tell(self, client_answered{id, std::make_shared<const collected_acks>(std::move(all))});
        });
  });
  if (!is_sent) {
    asked_.erase(id);
    promise.deliver(caf::make_error(caf::sec::runtime_error, std::string("not emitted")));
  }
  return promise;
}

void namespace_port::answered(const client_answered& message) {
  const auto found = asked_.find(message.id);
  if (found == asked_.end()) return;
  auto promise = std::move(found->second);
  asked_.erase(found);
  const collected_acks& result = *message.result;
  if (result.error || result.answers.empty())
    promise.deliver(error_of(result));
  else
    promise.deliver(client_answer{result.answers.front()});
}

}  // namespace troupe::actors
