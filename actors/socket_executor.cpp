#include <troupe/actors/socket_executor.hpp>

#include <string>
#include <utility>

#include <troupe/actors/connection_actor.hpp>

namespace troupe {

struct socket_executor::address {
  caf::actor owner;
  std::string sid;
};

socket_executor::socket_executor(actors::socket_state& of)
    : to_(std::make_shared<const address>(address{of.owner.self(), of.sid})) {}

void socket_executor::post(std::function<void()> work) const {
  actors::tell(to_->owner,
               actors::call{[to = to_, work = std::move(work)](actors::connection_actor& self) {
                 if (actors::socket_state* there = self.find(to->sid))
                   self.do_for(*there, "posted work", work);
               }});
}

}  // namespace troupe
