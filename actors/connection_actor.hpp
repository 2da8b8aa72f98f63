#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/actors/light_actor.hpp>
#include <troupe/actors/messages.hpp>
#include <troupe/actors/shard_context.hpp>
#include <troupe/actors/socket_state.hpp>
#include <troupe/actors/subscription.hpp>
#include <troupe/protocol/socketio/decoder.hpp>
#include <troupe/protocol/socketio/parser.hpp>

namespace troupe::actors {

/// One client: decodes its messages, runs the user's handlers, holds its sockets (one for each
/// namespace joined), their acks and deadlines. Pinned to its session's shard. Nothing that a
/// handler throws leaves it: that socket ends, the others and the actor go on.
class connection_actor final : public light_actor {
 public:
  /// `home` is the shard of its session.
  connection_actor(caf::actor_config& config, shard_context& home);

  const char* name() const override { return "troupe.connection"; }

  /// Throws std::logic_error unless this thread handles a message of its.
  void check_is_current() const;
  /// The connection actor whose message this thread is handling, or null.
  static connection_actor* current() noexcept;

  shard_context& home() noexcept { return home_; }
  link* connection() noexcept { return link_; }
  socket_state* find(std::string_view sid) noexcept;
  caf::actor self() { return caf::actor_cast<caf::actor>(this); }
  using job = std::function<void(connection_actor&)>;
  /// Runs `what` in `owner`, a connection actor: at once if this thread handles a message of its,
  /// else by a message. Any thread.
  static void in(const caf::actor& owner, job what);

  /// Notes an operation on its way to a broadcaster; what it returns goes into the message.
  origin depart(const namespace_entry& nsp);
  /// Sends one frame (or none) to the client in the order of all that this actor emits there.
  /// `last`: the socket leaves its namespace behind it.
  void send(socket_state& to, protocol::frame_ptr frame, delivery how, bool last = false);
  /// Where recovery is on: the event passes the broadcaster, which keeps it for a client that is
  /// cut off.
  void send_recoverable(socket_state& to, std::string_view name, arguments values, delivery how);
  /// Ends a socket, once. `tell_client`: with a DISCONNECT packet.
  void end(socket_state& ended, disconnect_reason reason, bool tell_client);
  /// Ends all sockets and closes the connection, behind all that this message emits.
  void end_all(disconnect_reason reason, bool tell_client);
  void add_ack(socket_state& asking, std::uint64_t id, ack_handler handler,
               std::chrono::milliseconds timeout);
  /// Runs `work` as a handler of the socket's.
  void do_for(socket_state& whose, std::string_view what, const std::function<void()>& work) {
    run(whose, what, work);
  }
  /// What a member_operation asks of the socket `sid`, if it is still there.
  void show(std::string_view sid, collection<std::vector<remote_socket>>& found);
  void send_away(std::string_view sid, bool close);
  void rooms_changed(std::string_view sid, const std::vector<std::string>& rooms, bool join);
  void change_rooms_of(socket_state& who, std::string room, bool join);
  /// Throws std::length_error if the server's limits forbid `joining` such a room.
  void check_room(const socket_state& joining, std::string_view room);

  /// What a parent or a middleware says of a socket on its way in.
  void approve(socket_state& joining);
  void deny(socket_state& joining, std::string_view message, std::string_view data);
  /// The next step of a socket's way in.
  void proceed(socket_state& joining);
  void refuse(socket_state& refused, std::string_view message, std::string_view data);

  /// The next step of an event through the middlewares; `number` names it among those held.
  void proceed(socket_state& to, std::uint64_t number);
  void refuse(socket_state& to, std::uint64_t number, const refusal& why);
  /// It goes no further.
  void drop_event(socket_state& to, std::uint64_t number);
  /// Its listeners of outgoing events have changed.
  void watch_outgoing(socket_state& changed);
  void notify_outgoing(socket_state& to, std::string_view event, const arguments& values);

 private:
  class scope;
  using packet = protocol::socketio::packet;
  using packet_ptr = protocol::socketio::packet_ptr;

  bool handle(message_content& content) override;
  void on_exit() override;
  template <class Message, class Work>
  bool on(message_content& content, Work work);
  void begin(link& connection);
  void receive(const client_data& message);
  protocol::result<packet_ptr> decode(const client_data& message);
  /// When the rest of a packet must have come.
  time_point packet_deadline() const noexcept;
  void join_root();
  protocol::frame_ptr connect_reply(const socket_state& to) const;
  void dispatch(packet_ptr received);
  void connect(const packet& received);
  void enter(socket_state& joining);
  void ask_parent(socket_state& joining);
  void make_namespace(socket_state& joining);
  next verdict_on(socket_state& joining);
  void joined(socket_state& who);
  void claim(socket_state& joining);
  void claimed(const socket_claimed& message);
  void go_on_unrecovered(socket_state& joining);
  void give_up_lost_claims();
  void free_ended();
  void retire(socket_state& ended);
  std::shared_ptr<const recovery_terms> terms_of(const socket_state& who);
  bool handle_event(socket_state& to, const packet_ptr& received);
  ack make_ack(const socket_state& to, std::optional<std::uint64_t> id);
  void handle_ack(socket_state& to, const packet_ptr& received);
  void refuse_event(socket_state& to, const packet& received);
  void report_limit(limit which);
  /// False: it waits for a middleware, and its credit with it.
  bool deliver(socket_state& to, const packet_ptr& received);
  bool hold(socket_state& to, event what);
  void give_back(const socket_state::held_event& left);
  void run_handlers(socket_state& to, const event& what);
  void report(socket_state& to, const event& what, const mismatch& wrong);
  void tell_connected(socket_state& who);
  void tell_event(socket_state& from, const event& what);
  void tell_room_changed(socket_state& who, const std::string& room, bool is_join);
  void tell_disconnected(socket_state& ended, disconnect_reason reason,
                         const std::vector<std::string>& rooms);
  static bool is_heard(const socket_state& of, const subscription& by) noexcept;
  void subscriber_took_one();
  /// Runs user code for a socket. False: it threw; the socket has been ended.
  bool run(socket_state& to, std::string_view what, const std::function<void()>& work);
  void broke_protocol(boost::system::error_code why);
  void closed(disconnect_reason reason);
  void close_behind();
  void catch_up();
  void resubscribe(socket_state& member);
  void leave_lost();
  void wake_up();
  void expire_joining(time_point now);
  void expire_held(time_point now);
  void expire_acks(time_point now);
  time_point next_deadline() const;
  void plan_wake(time_point due);
  void remember_ended(const std::string& nsp);
  bool was_ended_by_server(std::string_view nsp) const noexcept;
  socket_state* in_namespace(std::string_view nsp) noexcept;

  shard_context& home_;
  directory& directory_;
  link* link_ = nullptr;
  protocol::socketio::decoder decoder_;
  std::unique_ptr<packet_decoder> parser_;  // In its place, with a parser of the user's.
  std::vector<std::unique_ptr<socket_state>> sockets_;
  std::vector<std::unique_ptr<socket_state>> ended_;  // Freed when the message is done.
  time_point connect_deadline_ = time_point::max();
  time_point wake_ = time_point::max();
  std::uint32_t replacements_seen_ = 0;       // Of broadcasters.
  std::uint64_t questions_asked_ = 0;         // Of parents and middlewares, ever.
  std::vector<std::string> ended_by_server_;  // The last, until the client joins them again.
  bool closing_ = false;                      // Nothing more is taken from the client.
  bool close_wanted_ = false;
  bool transport_gone_ = false;  // Nothing more reaches it.
};

}  // namespace troupe::actors
