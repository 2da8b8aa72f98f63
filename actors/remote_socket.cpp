#include <troupe/actors/remote_socket.hpp>

#include <troupe/actors/awaited_acks.hpp>
#include <troupe/actors/caller.hpp>

namespace troupe {

remote_socket::answers_handler remote_socket::answer_anywhere(ack_handler handler) {
  if (!handler) return {};
  return [handler = std::move(handler)](actors::collected_acks&& all) {
    if (!all.answers.empty()) return handler(std::move(all.answers.front()));
    handler(all.error ? all.error : make_error_code(ack_errc::disconnected));
  };
}

remote_socket::answers_handler remote_socket::on_answer(ack_handler handler) const {
  return actors::where_given<actors::collected_acks>(*only_.directory_,
                                                     answer_anywhere(std::move(handler)));
}

}  // namespace troupe
