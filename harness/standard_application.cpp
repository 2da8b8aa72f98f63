#include <troupe/harness/standard_application.hpp>

#include <algorithm>
#include <iterator>
#include <new>
#include <stdexcept>

#include <troupe/harness/witness.hpp>

namespace troupe::harness {

namespace {

constexpr std::size_t large_bytes = 6000;

std::string blob_of(std::string_view kind, std::uint64_t sequence) {
  const auto size = kind == "large" ? large_bytes : static_cast<std::size_t>(sequence % 300);
  return std::string(size, static_cast<char>(sequence));
}

value bytes_of(const std::string& text) {
  return value(bytes_view(reinterpret_cast<const std::byte*>(text.data()), text.size()));
}

/// What the standard application does for one socket.
class standard_socket : public std::enable_shared_from_this<standard_socket> {
 public:
  standard_socket(socket& facade, const nsp& in, oracle& judge, armed_faults& faults)
      : socket_(facade),
        nsp_(in),
        oracle_(judge),
        faults_(faults),
        record_(judge.connected(facade.id(), in.name(), client_of(facade))) {}

  void act(const std::string& kind, const ack& reply) {
    oracle_.acted(record_, kind);
    if (faults_.strikes(fault::throwing_handler)) {
      record_.was_told_to_go = true;
      throw std::runtime_error("a handler throws");
    }
    if (faults_.strikes(fault::failed_allocation)) {
      record_.was_told_to_go = true;
      throw std::bad_alloc();
    }
    reply(kind);
    perform(kind);
  }
  void ended(disconnect_reason reason) { oracle_.disconnected(record_, reason); }

 private:
  static unsigned client_of(const socket& facade) {
    return static_cast<unsigned>(facade.handshake().auth.at("client").as_uint().value_or(0));
  }

  void perform(const std::string& kind) {
    kind_ = kind;
    if (kind == "all") return emit_to([&](auto... stamped) { nsp_.emit("all", stamped...); });
    if (kind == "own") return emit_to([&](auto... stamped) { socket_.emit("own", stamped...); });
    if (kind == "blob" || kind == "large")
      return emit_to([&](auto... stamped) {
        nsp_.emit(kind, stamped..., bytes_of(blob_of(kind, record_.emitted)));
      });
    if (kind == "ask") return ask();
    if (kind == "room" || kind == "rooms") return speak_in(kind == "room" ? 1 : 2);
    if (kind == "join" || kind == "leave") return change_room(kind == "join");
    if (kind == "quit" || kind == "close") {
      record_.was_told_to_go = true;
      if (kind == "close") oracle_.client(*record_.client).was_closed = true;
      return socket_.disconnect(kind == "close");
    }
    // A burst: direct and broadcast in turn.
    for (int i = 0; i < 6; ++i) perform(i % 2 == 0 ? "own" : "all");
  }

  template <class Emit>
  void emit_to(Emit emit, bool reaches_itself = true) {
    const stamp made = oracle_.emitted(record_, kind_, reaches_itself);
    emit(made.origin, made.sequence, made.own);
  }

  void ask() {
    const std::size_t question = ++record_.asked;
    emit_to([&](auto... stamped) {
      socket_.emit("ask", stamped..., [me = shared_from_this(), question](const ack_result&) {
        me->oracle_.answered(me->record_, question);
      });
    });
  }

  void change_room(bool joins) {
    const std::string name = "room " + std::to_string(record_.emitted % 3);
    joins ? socket_.join(name) : socket_.leave(name);
    if (joins)
      record_.rooms.insert(name);
    else
      record_.rooms.erase(name);
  }

  // Who is in both of two rooms hears it once.
  void speak_in(unsigned count) {
    const std::string one = "room " + std::to_string(record_.emitted % 3);
    const std::string other = "room " + std::to_string((record_.emitted + count - 1) % 3);
    emit_to([&](auto... stamped) { nsp_.to(one).to(other).emit("room", stamped...); },
            record_.rooms.contains(one) || record_.rooms.contains(other));
  }

  socket& socket_;
  nsp nsp_;
  oracle& oracle_;
  armed_faults& faults_;
  oracle::socket_record& record_;
  std::string kind_;  // Of the emit under way.
};

}  // namespace

void serve_standard_application(server& io, oracle& judge, armed_faults& faults) {
  for (const std::string_view name : standard_namespaces) {
    const nsp space = io.of(name);
    space.on_connection([space, &judge, &faults](socket& joined) {
      const auto one = std::make_shared<standard_socket>(joined, space, judge, faults);
      joined.on("act", [one](const std::string& kind, const ack& reply) { one->act(kind, reply); });
      joined.on_disconnect([one](disconnect_reason reason) { one->ended(reason); });
    });
  }
}

// --- the clients

namespace {

/// What clients do, as often as it stands here; number 0 keeps to the first part.
constexpr std::string_view kinds[] = {"all",  "all",  "large", "own",   "own",   "blob", "burst",
                                      "ask",  "ask",  "room",  "rooms", "join",  "join", "leave",
                                      "away", "part", "close", "quit",  "vanish"};
constexpr std::size_t quiet_kinds = 14;
constexpr std::chrono::milliseconds away{700};

}  // namespace

standard_behaviour::standard_behaviour(socketio_client& who, oracle& judge, trace& seen,
                                       const clock& time, std::uint64_t seed,
                                       double actions_per_second)
    : behaviour(who),
      oracle_(judge),
      trace_(seen),
      clock_(time),
      random_(seed, "behaviour " + std::to_string(who.number())),
      actions_per_second_(actions_per_second) {
  hook();
  for (const std::string_view nsp : standard_namespaces)
    client_.join(nsp, "{\"client\":" + std::to_string(client_.number()) + "}");
  client_.connect();
  plan();
}

void standard_behaviour::hook() {
  const unsigned number = client_.number();
  client_.on_connect = [this, number](std::string_view nsp) {
    oracle_.joined(number, nsp, client_.id(nsp));
  };
  client_.on_disconnect = [this, number](std::string_view nsp, std::string_view reason) {
    oracle_.left(number, nsp);
    if (reason == "io server disconnect") is_away_ = true;
  };
  client_.on_wrong_packet = [this, number](std::string_view what) {
    if (oracle_.client(number).repeats || client_.has_raced()) return;
    oracle_.violated("protocol", "client " + std::to_string(number) + " got " + std::string(what));
  };
  client_.on_event = [this, number](std::string_view nsp, std::string_view name,
                                    const arguments& values) -> arguments {
    if (client_.has_raced()) oracle_.excuse(number, nsp);
    if (values.size() < 3) {
      oracle_.violated("protocol", "an event of a server has lost its arguments");
      return {};
    }
    const stamp what{values[0].as_uint().value_or(0), values[1].as_uint().value_or(0),
                     values[2].as_uint().value_or(0)};
    oracle_.received(number, nsp, name, what);
    if (name == "blob" || name == "large") {
      const auto bytes = values.size() == 4 ? values[3].as_bytes() : std::nullopt;
      const std::string expected = blob_of(name, what.sequence);
      const std::string_view got =
          bytes ? std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size())
                : std::string_view();
      if (!bytes || got != expected) oracle_.violated("protocol", "a blob's bytes have changed");
    }
    return {value("answer")};
  };
}

void standard_behaviour::plan() {
  const double mean = 1e6 / std::max(0.01, actions_per_second_);
  next_ = clock_.now() +
          std::chrono::microseconds(1 + random_.below(static_cast<std::uint64_t>(2 * mean)));
}

time_point standard_behaviour::due() const {
  return is_retired_ || (settles_ && !is_away_) ? time_point::max() : next_;
}

bool standard_behaviour::act() {
  if (clock_.now() < due()) return false;
  plan();
  if (std::exchange(is_away_, false)) {
    // Back: what it left, and what the server ended.
    for (const std::string_view nsp : standard_namespaces)
      client_.join(nsp, "{\"client\":" + std::to_string(client_.number()) + "}");
    client_.connect();
  } else if (!settles_) {
    do_something();
  }
  return true;
}

void standard_behaviour::do_something() {
  const bool stays = client_.number() == 0;
  const std::string_view kind = kinds[random_.below(stays ? quiet_kinds : std::size(kinds))];
  const std::string_view nsp = standard_namespaces[random_.below(std::size(standard_namespaces))];
  if (kind != "away" && kind != "part" && kind != "vanish") return ask(nsp, kind);
  trace_.note("client " + std::to_string(client_.number()), "act", kind);
  oracle::client_record& record = oracle_.client(client_.number());
  ++record.departures;
  if (kind != "part" && !client_.is_heard()) record.fell_silent = true;
  is_away_ = true;
  next_ = clock_.now() + away;
  if (kind == "away") client_.disconnect();
  if (kind == "part") client_.leave(nsp);
  if (kind == "vanish") client_.vanish();
}

void standard_behaviour::ask(std::string_view nsp, std::string_view kind) {
  oracle_.acts(client_.number(), nsp, kind, client_.is_joined(nsp));
  arguments values{value(kind)};
  if (!random_.chance(0.5)) return client_.emit_values(nsp, "act", std::move(values), {});
  const std::uint64_t id = ++asked_;
  client_.emit_values(
      nsp, "act", std::move(values), [this, id, kind = std::string(kind)](const arguments& answer) {
        if (answer.size() != 1 || answer[0].as_string() != kind)
          oracle_.violated("acks",
                           "answer " + std::to_string(id) + " is not the one that was asked for");
      });
}

void standard_behaviour::retire() {
  is_retired_ = true;
  client_.disconnect();
}

void standard_behaviour::settle() {
  settles_ = true;
  if (!is_away_) {
    is_away_ = true;  // Joins what is not joined, once.
    next_ = clock_.now();
  }
}

bool standard_behaviour::is_settled() const {
  for (const std::string_view nsp : standard_namespaces)
    if (!client_.is_joined(nsp) || (client_.waiting_answers(nsp) != 0 && !oracle_.has_lost()))
      return false;
  return !is_away_;
}

void standard_behaviour::say_last() {
  for (const std::string_view nsp : standard_namespaces) {
    oracle_.acts(client_.number(), nsp, "all", client_.is_joined(nsp));
    oracle_.says_last(nsp);
    client_.emit_values(nsp, "act", {value("all")}, {});
  }
}

// --- the two together

std::unique_ptr<behaviour> standard_application::enter(socketio_client& who) {
  return std::make_unique<standard_behaviour>(who, stage_.judge, stage_.seen, stage_.world.clock(),
                                              stage_.seed, stage_.played.actions_per_second);
}

void standard_application::check() {
  stage_.judge.check_sockets([this](std::string_view nsp, std::string_view sid) {
    return stage_.world.rooms_of(nsp, sid);
  });
  for (const std::string_view nsp : standard_namespaces) check_subscribers(stage_, nsp);
}

}  // namespace troupe::harness
