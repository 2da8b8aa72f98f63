// A lobby that actors of the program's run, by messages alone: no handler of a socket's is used but
// the one that lets clients into the lobby. `moderator` hears what they say, passes it on, answers,
// silences, sends away, and puts votes to them; `usher` hears who enters and leaves the lobby;
// `census` counts who is connected.

#include <chrono>
#include <set>
#include <string>

#include <troupe/actors.hpp>
#include <troupe/server.hpp>

#include "command_line.hpp"

namespace {

/// What the actors have in common: a way to the clients of a namespace.
class speaker : public caf::event_based_actor {
 public:
  speaker(caf::actor_config& config, const troupe::nsp& nsp)
      : event_based_actor(config), clients_(nsp.actor()) {}

 protected:
  template <class Message>
  void say(Message message) {
#if TROUPE_CAF_1X
    mail(std::move(message)).send(clients_);
#else
    send(clients_, std::move(message));
#endif
  }
  /// Asks a client; `then` gets its answer, or why there is none.
  template <class Then>
  void ask(troupe::ask_client question, Then then) {
    const auto patience = 2 * question.timeout;
#if TROUPE_CAF_1X
    auto answer = mail(std::move(question)).request(clients_, patience);
#else
    auto answer = request(clients_, patience, std::move(question));
#endif
    std::move(answer).then(
        [then](const troupe::client_answer& said) { then(said.values, caf::error()); },
        [then](const caf::error& why) { then(troupe::arguments(), why); });
  }

 private:
  caf::actor clients_;
};

class moderator final : public speaker {
 public:
  using speaker::speaker;

  caf::behavior make_behavior() override {
    return {
        [this](const troupe::client_connected& in) { here_.insert(in.sid); },
        [this](const troupe::client_disconnected& out) { here_.erase(out.sid); },
        [this](const troupe::client_event& received) { hear(received); },
    };
  }

 private:
  void hear(const troupe::client_event& received) {
    const std::string first =
        received.values.empty() ? "" : received.values.front().as_string().value_or("");
    if (received.event == "say") say_in_lobby(received, first);
    if (received.event == "vote") put_to_vote(first.empty() ? received.sid : first);
    if (received.event == "hush") say(troupe::leave_rooms{{received.sid}, {"lobby"}});
  }
  void say_in_lobby(const troupe::client_event& received, const std::string& text) {
    if (text == "spam") return say(troupe::disconnect_clients{{received.sid}});
    // To all in the lobby but the one who said it, who is told that it was.
    say(troupe::emit_event{"said", received.values, {"lobby"}, {received.sid}});
    say(troupe::acknowledge{received.reply, {troupe::value(true)}});
  }
  void put_to_vote(const std::string& sid) {
    // An id is a room: what a client gives for one may be the name of a room with many in it.
    if (here_.count(sid) == 0) return abstain("gone");
    troupe::ask_client question{sid, "yes or no?", {}, std::chrono::seconds(10)};
    ask(std::move(question), [this](const troupe::arguments& said, const caf::error& why) {
      if (!why) return say(troupe::emit_event{"voted", said, {"lobby"}});
      abstain(why == caf::sec::request_timeout ? "late" : "gone");
    });
  }
  void abstain(const char* why) {
    say(troupe::emit_event{"abstained", {troupe::value(why)}, {"lobby"}});
  }

  std::set<std::string> here_;
};

class usher final : public speaker {
 public:
  using speaker::speaker;

  caf::behavior make_behavior() override {
    return {
        [this](const troupe::client_joined& in) {
          say(troupe::emit_event{"entered", {troupe::value(in.sid)}, {in.room}, {in.sid}});
        },
        [this](const troupe::client_left& out) {
          say(troupe::emit_event{"left", {troupe::value(out.sid)}, {out.room}});
        },
    };
  }
};

class census final : public speaker {
 public:
  using speaker::speaker;

  caf::behavior make_behavior() override {
    return {
        [this](const troupe::client_connected&) { tell(1); },
        [this](const troupe::client_disconnected&) { tell(-1); },
    };
  }

 private:
  void tell(int change) {
    here_ += change;
    say(troupe::emit_event{"here", {troupe::value(here_)}});
  }

  int here_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const troupe::options options = options_from(argc, argv);

  troupe::init_actor_types();  // Before the actor system is made; CAF 1.x wants it.
  caf::actor_system_config config;
  caf::actor_system system{config};
  troupe::server io{system, options};

  const troupe::nsp chat = io.of("/");
  chat.on_connection([](troupe::socket& socket) { socket.join("lobby"); });
  caf::scoped_actor self{system};
  const caf::actor moderating = self->spawn<moderator>(chat);
  const caf::actor ushering = self->spawn<usher>(chat);
  const caf::actor counting = self->spawn<census>(chat);
  // Who is there, and events of these names. A client of whose events 64 are unhandled
  // (events_in_flight_max) is not read until it has caught up.
  chat.subscribe(moderating, {.event_names = {"say", "vote", "hush"},
                              .when_full = troupe::subscription_options::full::pause});
  // Who joins and leaves a room, and nothing else.
  chat.subscribe(ushering, {.rooms = {"lobby"}, .events = false});
  // Who connects and disconnects.
  chat.subscribe(counting, {.events = false});

  io.run();
  // The actors that hold a namespace end before the server does.
  for (const caf::actor& ours : {moderating, ushering, counting}) {
    self->send_exit(ours, caf::exit_reason::user_shutdown);
    self->wait_for(ours);
  }
}
