#include <troupe/actors/broadcast_operator.hpp>

#include <iterator>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <troupe/actors/awaited_acks.hpp>
#include <troupe/actors/caller.hpp>
#include <troupe/actors/remote_socket.hpp>
#include <troupe/protocol/socketio/packet.hpp>

namespace troupe {

namespace {

void append(std::vector<std::string>& rooms, room_names more) {
  std::vector<std::string> added = std::move(more).list();
  if (rooms.empty()) return rooms.swap(added);
  std::move(added.begin(), added.end(), std::back_inserter(rooms));
}

}  // namespace

broadcast_operator broadcast_operator::to(room_names rooms) const {
  broadcast_operator chosen(*this);
  append(chosen.targets_.rooms, std::move(rooms));
  return chosen;
}

broadcast_operator broadcast_operator::except(room_names rooms) const {
  broadcast_operator chosen(*this);
  append(chosen.targets_.except, std::move(rooms));
  return chosen;
}

broadcast_operator broadcast_operator::volatile_() const {
  broadcast_operator chosen(*this);
  chosen.how_.is_volatile = true;
  return chosen;
}

broadcast_operator broadcast_operator::compress(bool may) const {
  broadcast_operator chosen(*this);
  chosen.how_.may_compress = may;
  return chosen;
}

broadcast_operator broadcast_operator::timeout(std::chrono::milliseconds limit) const {
  broadcast_operator chosen(*this);
  chosen.timeout_ = limit;
  return chosen;
}

broadcast_operator::answers_handler broadcast_operator::answers_anywhere(
    broadcast_ack_handler handler) {
  if (!handler) return {};
  return [handler = std::move(handler)](actors::collected_acks&& all) {
    broadcast_ack_result result{all.error, {}};
    for (arguments& answer : all.answers)
      result.responses.push_back(answer.empty() ? value() : std::move(answer.front()));
    handler(result);
  };
}

broadcast_operator::answers_handler broadcast_operator::on_answers(
    broadcast_ack_handler handler) const {
  return actors::where_given<actors::collected_acks>(*directory_,
                                                     answers_anywhere(std::move(handler)));
}

std::shared_ptr<const actors::target_set> broadcast_operator::targets() const {
  if (targets_.rooms.empty() && targets_.except.empty()) return nullptr;
  return std::make_shared<const actors::target_set>(targets_);
}

// On a shard an operation is numbered, so that its client's direct emits keep behind it; a client
// of another server in this process is nobody here.
template <class Message>
bool broadcast_operator::send_to_broadcaster(const std::shared_ptr<actors::namespace_entry>& nsp,
                                             Message message) const {
  if (nsp->is_retired()) return true;
  if (nsp->is_parent()) {
    const auto children = nsp->children();
    if constexpr (std::same_as<Message, actors::publish>)
      if (message.acks.answers != nullptr)
        message.acks.answers->bring([&](actors::collected_acks& all) {
          all.broadcasters = static_cast<std::uint32_t>(children.size());
        });
    bool all_taken = true;
    for (const auto& child : children) all_taken &= send_to_broadcaster(child, message);
    return all_taken;
  }
  actors::connection_actor* here = actors::caller(*directory_);
  if (here == nullptr || here->connection() == nullptr) {
    message.credit = nsp->outside().admit(directory_->options().emits_under_way_max);
    if (message.credit == nullptr) return false;
    const caf::actor broadcaster = nsp->broadcaster();
    if (broadcaster) actors::tell(broadcaster, std::move(message));
    return true;
  }
  const caf::actor& broadcaster = here->home().broadcaster(*nsp);
  if (!broadcaster) return true;  // Opened when the server was ending.
  message.from = here->depart(*nsp);
  actors::tell(broadcaster, std::move(message));
  return true;
}

bool broadcast_operator::emit_values(std::string_view event, arguments values,
                                     answers_handler on_answers) const {
  if (protocol::socketio::is_reserved_event(event))
    throw std::invalid_argument("reserved event name");
  actors::publish message;
  message.event = event;
  message.values = std::move(values);
  message.targets = targets();
  message.how = how_;
  if (on_answers) {
    auto complete = [handler = std::move(on_answers)](actors::collected_acks&& all) {
      if (!all.error && (all.broadcasters != 0 || all.shards != 0))
        all.error = make_error_code(ack_errc::disconnected);
      handler(std::move(all));
    };
    message.acks.answers =
        std::make_shared<actors::ack_collection>(actors::collected_acks{}, std::move(complete));
    message.acks.timeout =
        timeout_ == timeout_.zero() ? directory_->options().ack_timeout : timeout_;
  }
  return send_to_broadcaster(nsp_, std::move(message));
}

bool broadcast_operator::operate(actors::member_operation message) const {
  message.targets = targets();
  return send_to_broadcaster(nsp_, std::move(message));
}

// What the shards find comes together in a collection that is the message's member `in`.
template <class Found>
bool broadcast_operator::gather(
    std::shared_ptr<actors::collection<Found>> actors::member_operation::*in,
    std::function<void(Found&&)> deliver) const {
  using operation = actors::member_operation;
  // Nobody reads it before what is found has gone from here.
  const auto is_refused = std::make_shared<bool>(false);
  operation message;
  message.what =
      std::is_same_v<Found, std::size_t> ? operation::kind::count : operation::kind::fetch;
  message.*in = std::make_shared<actors::collection<Found>>(
      Found{}, [is_refused, deliver = std::move(deliver)](Found&& all) {
        if (!*is_refused) deliver(std::move(all));
      });
  // Kept from here on: the last reference may be the message's.
  const auto kept = message.*in;
  *is_refused = !operate(std::move(message));
  return !*is_refused;
}

template <class Found>
std::future<Found> broadcast_operator::gathered(
    std::shared_ptr<actors::collection<Found>> actors::member_operation::*in) const {
  auto answer = std::make_shared<std::promise<Found>>();
  auto future = answer->get_future();
  if (!gather<Found>(in, [answer](Found&& found) { answer->set_value(std::move(found)); }))
    answer->set_exception(std::make_exception_ptr(std::length_error("too many operations wait")));
  return future;
}

bool broadcast_operator::fetch_sockets(
    std::function<void(std::vector<remote_socket>)> handler) const {
  using sockets = std::vector<remote_socket>;
  return gather<sockets>(
      &actors::member_operation::found,
      actors::where_given<sockets>(*directory_, [handler = std::move(handler)](sockets&& found) {
        handler(std::move(found));
      }));
}

std::future<std::vector<remote_socket>> broadcast_operator::fetch_sockets() const {
  return gathered(&actors::member_operation::found);
}

bool broadcast_operator::count_sockets(std::function<void(std::size_t)> handler) const {
  return gather<std::size_t>(
      &actors::member_operation::counted,
      actors::where_given<std::size_t>(
          *directory_, [handler = std::move(handler)](std::size_t&& found) { handler(found); }));
}

std::future<std::size_t> broadcast_operator::count_sockets() const {
  return gathered(&actors::member_operation::counted);
}

bool broadcast_operator::sockets_join(room_names rooms) const {
  actors::member_operation message;
  message.what = actors::member_operation::kind::join;
  message.rooms = std::move(rooms).list();
  const std::size_t bytes_max = directory_->options().limits.room_name_bytes_max;
  for (const std::string& name : message.rooms)
    if (bytes_max != 0 && name.size() > bytes_max)
      throw std::length_error("the room's name is too long");
  return operate(std::move(message));
}

bool broadcast_operator::sockets_leave(room_names rooms) const {
  actors::member_operation message;
  message.what = actors::member_operation::kind::leave;
  message.rooms = std::move(rooms).list();
  return operate(std::move(message));
}

bool broadcast_operator::disconnect_sockets(bool close) const {
  actors::member_operation message;
  message.what = actors::member_operation::kind::disconnect;
  message.close = close;
  return operate(std::move(message));
}

}  // namespace troupe
