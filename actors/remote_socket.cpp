#include <troupe/actors/remote_socket.hpp>

#include <troupe/actors/awaited_acks.hpp>
#include <troupe/actors/caller.hpp>

namespace troupe {

bool remote_socket::emit_values(std::string_view event, arguments values,
                                ack_handler handler) const {
  broadcast_operator::answers_handler on_answer;
  if (handler)
    on_answer = actors::where_given<actors::collected_acks>(
        *only_.directory_, [handler = std::move(handler)](actors::collected_acks&& all) {
          if (!all.answers.empty()) return handler(std::move(all.answers.front()));
          handler(all.error ? all.error : make_error_code(ack_errc::disconnected));
        });
  return only_.emit_values(event, std::move(values), std::move(on_answer));
}

}  // namespace troupe
