#include <troupe/actors/namespace_port.hpp>

#include <exception>
#include <span>
#include <string>
#include <utility>

namespace troupe::actors {

namespace_port::namespace_port(caf::actor_config& config, directory& shared, namespace_ptr nsp)
    : pinned_actor(config), directory_(shared), nsp_(std::move(nsp)) {}

caf::behavior namespace_port::make_behavior() {
  return {
    [this](const emit_event& message) {
      guard([&] {
        auto to = chosen(message.rooms).except(std::span<const std::string>(message.except));
        if (message.is_volatile) to = to.volatile_();
        to.emit(message.event, message.values);
      });
    },
        [this](const acknowledge& message) { guard([&] { message.reply.send(message.values); }); },
        [this](const end&) { quit(); },
#if TROUPE_CAF_1X
        [](const caf::error&) {},
#endif
  };
}

void namespace_port::on_exit() {
  nsp_.reset();
}

broadcast_operator namespace_port::chosen(const std::vector<std::string>& rooms) const {
  return broadcast_operator(directory_, nsp_).to(std::span<const std::string>(rooms));
}

template <class Work>
void namespace_port::guard(Work work) {
  try {
    work();
  } catch (const std::exception& thrown) {
    directory_.log(log_level::error, std::string("message of an actor: ") + thrown.what());
  }
}

}  // namespace troupe::actors
