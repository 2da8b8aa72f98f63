// A server inside a program that has its own CAF actors. Clients chat as ever; `tally`, an actor
// of the program's, listens to them through the namespace, has `word_counter` count the words of
// each message, and tells all clients the sums. `host`, another, asks each newcomer for a name and,
// if it answers, has it join the room of those who did and introduces it to them.

#include <chrono>
#include <cstdint>
#include <sstream>
#include <string>

#include <troupe/actors.hpp>
#include <troupe/server.hpp>

#include "command_line.hpp"

namespace {

/// Answers a text with the number of its words.
class word_counter final : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[](const std::string& text) {
      std::istringstream words(text);
      std::uint64_t count = 0;
      for (std::string word; words >> word;) ++count;
      return count;
    }};
  }
};

/// Emits `summary` after every chat message: how many messages and words there were.
class tally final : public caf::event_based_actor {
 public:
  tally(caf::actor_config& config, troupe::nsp chat, caf::actor counter)
      : event_based_actor(config), chat_(std::move(chat)), counter_(std::move(counter)) {}

  caf::behavior make_behavior() override {
    return {
        [this](const troupe::client_event& received) {
          if (received.event == "chat" && !received.values.empty()) count(received);
        },
    };
  }

 private:
  void count(const troupe::client_event& received) {
    const std::string text = received.values.front().as_string().value_or("");
#if TROUPE_CAF_1X
    auto answer = mail(text).request(counter_, std::chrono::seconds(5));
#else
    auto answer = request(counter_, std::chrono::seconds(5), text);
#endif
    std::move(answer).then([this, reply = received.reply](std::uint64_t words) {
      ++messages_;
      words_ += words;
      reply(messages_);  // Nothing happens if the client wants no acknowledgement.
      chat_.emit("summary",
                 troupe::value::from_members({{"messages", messages_}, {"words", words_}}));
    });
  }

  troupe::nsp chat_;
  caf::actor counter_;
  std::uint64_t messages_ = 0;
  std::uint64_t words_ = 0;
};

/// Speaks with the clients by messages alone: requests are answered by a client's acknowledgement.
class host final : public caf::event_based_actor {
 public:
  host(caf::actor_config& config, const troupe::nsp& chat)
      : event_based_actor(config), clients_(chat.actor()) {}

  caf::behavior make_behavior() override {
    return {[this](const troupe::client_connected& joined) { greet(joined.sid); }};
  }

 private:
  void greet(const std::string& sid) {
    const auto patience = std::chrono::seconds(5);
    troupe::ask_client question{sid, "name?", {}, patience};
#if TROUPE_CAF_1X
    auto answer = mail(std::move(question)).request(clients_, 2 * patience);
#else
    auto answer = request(clients_, 2 * patience, std::move(question));
#endif
    std::move(answer).then(
        [this, sid](const troupe::client_answer& named) { introduce(sid, named.values); },
        [](const caf::error&) {});  // It does not say, or has gone.
  }
  void introduce(const std::string& sid, const troupe::arguments& name) {
    say(troupe::join_rooms{{sid}, {"introduced"}});
    say(troupe::emit_event{"newcomer", name, {"introduced"}});
  }
  template <class Message>
  void say(Message message) {
#if TROUPE_CAF_1X
    mail(std::move(message)).send(clients_);
#else
    send(clients_, std::move(message));
#endif
  }

  caf::actor clients_;
};

}  // namespace

int main(int argc, char** argv) {
  const troupe::options options = options_from(argc, argv);

  troupe::init_actor_types();  // Before the actor system is made; CAF 1.x wants it.
  caf::actor_system_config config;
  caf::actor_system system{config};
  troupe::server io{system, options};

  const troupe::nsp chat = io.of("/");
  chat.on_connection([chat](troupe::socket& socket) {
    socket.on("chat", [chat](const troupe::arguments& all) { chat.emit("chat", all); });
  });
  caf::scoped_actor self{system};
  const caf::actor counting = self->spawn<tally>(chat, system.spawn<word_counter>());
  chat.subscribe(counting, {.event_names = {"chat"}, .connects = false, .disconnects = false});
  const caf::actor hosting = self->spawn<host>(chat);
  chat.subscribe(hosting, {.events = false, .disconnects = false});

  io.run();
  // The actors that hold a namespace end before the server does.
  for (const caf::actor& ours : {counting, hosting}) {
    self->send_exit(ours, caf::exit_reason::user_shutdown);
    self->wait_for(ours);
  }
}
