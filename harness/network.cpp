#include <troupe/harness/network.hpp>

#include <algorithm>

namespace troupe::harness {

namespace {

using namespace std::chrono_literals;
/// A connection takes up to this long to arrive: so the order of arrival is drawn.
constexpr std::chrono::microseconds connecting_max = 3ms;
constexpr std::chrono::microseconds transit_max = 1ms;
/// As the listener rests when descriptors run out.
constexpr std::chrono::milliseconds accept_pause{100};
/// What is under way to a client before its server waits: little, so that queues grow.
constexpr std::size_t to_client_bytes_max = 2 * 1024;
/// What the server has not read, at which the network brings no more.
constexpr std::size_t unread_bytes_max = 64 * 1024;

}  // namespace

/// One connection: the client's end, two pipes, and the wire of the server's stream.
struct network::link {
  link(unsigned number, dice& random, time_point opens)
      : client(number),
        opens_at(opens),
        up(random, direction::upstream),
        down(random, direction::downstream, to_client_bytes_max) {}

  unsigned client;
  time_point opens_at;
  bool refused = false;
  pipe up, down;
  std::shared_ptr<wire> server;
  std::weak_ptr<client_connection> near;
  bool client_closed = false;
  bool told = false;  // The client's end knows of the end.
};

class network::end final : public client_connection {
 public:
  end(network& home, std::shared_ptr<link> on) : home_(home), link_(std::move(on)) {}
  ~end() override { close(); }

  void send(std::string_view bytes) override {
    if (link_->client_closed) return;
    home_.trace_.mix(bytes);
    link_->up.push(bytes, home_.now() + home_.random_.up_to(transit_max));
  }
  void close() override { leave(pipe::ending::end); }
  void reset() override { leave(pipe::ending::reset); }

 private:
  void leave(pipe::ending how) {
    if (std::exchange(link_->client_closed, true)) return;
    link_->up.finish(how, home_.now());
  }
  network& home_;
  std::shared_ptr<link> link_;
};

network::network(simulation& world, std::uint64_t seed, trace& seen)
    : world_(world), random_(seed, "network"), trace_(seen) {
  world_.add(*this);
}

network::~network() {
  world_.remove(*this);
}

connection_ptr network::connect(unsigned client) {
  auto opened = std::make_shared<link>(client, random_, now() + random_.up_to(connecting_max));
  for (const auto& [whose, what] : toxics_) {
    if (whose != client || what->until <= now()) continue;
    opened->up.poison(what, now());
    opened->down.poison(what, now());
  }
  links_.push_back(opened);
  auto made = std::make_shared<end>(*this, opened);
  opened->near = made;
  return made;
}

bool network::is_down(unsigned client) const {
  for (const auto& [whose, what] : toxics_) {
    if (whose != client || what->kind != fault::down || what->until <= now()) continue;
    ++what->count->fired;
    return true;
  }
  return false;
}

void network::poison(unsigned client, toxic_ptr what) {
  ++what->count->armed;
  for (const auto& one : links_) {
    if (one->client != client) continue;
    if (what->kind == fault::down) {
      reset(*one);
      ++what->count->fired;
    }
    if (what->kind == fault::half_open) {
      // The client's end is gone; it learns it at once, the server never.
      if (const auto near = one->near.lock()) near->has_failed = true;
      one->client_closed = true;
    }
    one->up.poison(what, now());
    one->down.poison(what, now());
  }
  const bool stays = what->kind != fault::half_open && what->kind != fault::half_close;
  if (stays) toxics_.emplace_back(client, std::move(what));
}

void network::heal() {
  toxics_.clear();
  accept_faults_.clear();
  write_faults_.clear();
  operations_.fail_at = wire::unbounded;
  for (const auto& one : links_) cure(*one);
}

void network::heal(unsigned client) {
  std::erase_if(toxics_, [&](const auto& listed) { return listed.first == client; });
  for (const auto& one : links_)
    if (one->client == client) cure(*one);
}

void network::cure(link& one) {
  one.up.cure_all(now());
  one.down.cure_all(now());
  // What had vanished behind the server's back is told now, as keep-alive would; also what has not
  // arrived there yet.
  if (one.client_closed && !one.up.is_finished()) reset(one);
}

void network::fail_accept(unsigned client, fault kind, std::shared_ptr<fault_count> count) {
  ++count->armed;
  accept_faults_.push_back({client, kind, std::move(count)});
}

void network::fail_write(unsigned client, boost::system::error_code error,
                         std::shared_ptr<fault_count> count) {
  ++count->armed;
  write_faults_.push_back({client, error, std::move(count)});
}

bool network::is_quiet(unsigned client) const {
  return std::all_of(links_.begin(), links_.end(), [&](const auto& one) {
    if (one->client != client || one->refused) return true;
    return one->server != nullptr && one->up.is_empty() && one->down.is_empty() &&
           one->server->incoming.empty() && one->server->written.empty();
  });
}

void network::cut_all() {
  for (const auto& one : links_) reset(*one);
}

void network::reset(link& one) {
  if (one.server == nullptr) one.refused = true;
  if (one.server != nullptr && !one.server->is_closed)
    one.server->read_error = one.server->write_error = boost::asio::error::connection_reset;
  if (const auto near = one.near.lock()) near->has_failed = true;
  one.told = true;
}

bool network::open(link& one) {
  if (one.refused || is_down(one.client)) {
    reset(one);
    one.refused = true;
    return true;
  }
  const auto found =
      std::find_if(accept_faults_.begin(), accept_faults_.end(),
                   [&](const accept_fault& armed) { return armed.client == one.client; });
  if (found != accept_faults_.end()) {
    ++found->count->fired;
    const fault kind = found->kind;
    accept_faults_.erase(found);
    if (kind == fault::accept_aborted) {
      reset(one);
      one.refused = true;
    } else {
      one.opens_at = now() + accept_pause;
    }
    return true;
  }
  one.server = world_.open_connection();
  one.server->in_all = &operations_;
  if (one.server->is_closed) {  // Nobody listens.
    one.refused = true;
    reset(one);
  }
  return true;
}

bool network::move_up(link& one) {
  wire& server = *one.server;
  if (server.is_closed || server.incoming.size() > unread_bytes_max) return false;
  if (one.up.due(now()) > now()) return false;
  const std::size_t before = server.incoming.size();
  const auto how = one.up.take(server.incoming, now());
  if (how == pipe::ending::end) server.incoming_end = true;
  if (how == pipe::ending::reset)
    server.read_error = server.write_error = boost::asio::error::connection_reset;
  // Some reads and writes are partial, whatever the toxics.
  server.read_bytes_max = random_.chance(0.1) ? 1 + random_.below(40) : wire::unbounded;
  server.write_bytes_max = random_.chance(0.1) ? 1 + random_.below(200) : wire::unbounded;
  return server.incoming.size() != before || how != pipe::ending::none;
}

bool network::move_down(link& one) {
  wire& server = *one.server;
  bool did = false;
  if (!server.written.empty()) {
    trace_.mix(server.written);
    one.down.push(server.written, now() + random_.up_to(transit_max));
    server.written.clear();
    // Who has closed answers with a reset.
    if (one.client_closed && one.up.is_finished() && !server.is_closed)
      server.read_error = server.write_error = boost::asio::error::connection_reset;
    did = true;
  }
  const auto found =
      std::find_if(write_faults_.begin(), write_faults_.end(),
                   [&](const write_fault& armed) { return armed.client == one.client; });
  if (found != write_faults_.end() && !server.is_closed && !server.write_error) {
    server.write_error = found->error;
    ++found->count->fired;
    write_faults_.erase(found);
    did = true;
  }
  if (!one.down.is_finished() && (server.is_closed || server.is_shut)) {
    one.down.finish(server.is_reset ? pipe::ending::reset : pipe::ending::end, now());
    did = true;
  }
  if (one.told || one.down.due(now()) > now()) return did;
  const auto near = one.near.lock();
  std::string dropped;
  const auto how = one.down.take(near == nullptr ? dropped : near->received, now());
  if (how == pipe::ending::none) return true;
  one.told = true;
  if (near != nullptr) (how == pipe::ending::end ? near->is_ended : near->has_failed) = true;
  // A reset that a toxic made strikes both ends.
  if (how == pipe::ending::reset && !server.is_closed)
    server.read_error = server.write_error = boost::asio::error::connection_reset;
  return true;
}

bool network::move(link& one) {
  if (one.refused) return false;
  if (one.server == nullptr) return one.opens_at <= now() && open(one);
  const bool up = move_up(one);
  const bool down = move_down(one);
  const std::size_t room_before = std::exchange(one.server->write_room, one.down.room());
  const bool is_writable_again = room_before == 0 && one.server->write_room != 0;
  return up || down || is_writable_again;
}

bool network::act() {
  std::erase_if(links_, [](const auto& one) {
    return one->near.expired() &&
           (one->refused || (one->server != nullptr && one->server->is_closed));
  });
  std::erase_if(toxics_, [&](const auto& listed) { return listed.second->until <= now(); });
  const std::size_t first = random_.below(links_.size());
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const std::shared_ptr<link> one = links_[(first + i) % links_.size()];
    if (move(*one)) return true;
  }
  return false;
}

time_point network::due() const {
  time_point next = time_point::max();
  for (const auto& one : links_) {
    if (one->refused) continue;
    if (one->server == nullptr) {
      next = std::min(next, one->opens_at);
      continue;
    }
    if (!one->server->is_closed && one->server->incoming.size() <= unread_bytes_max)
      next = std::min(next, one->up.due(now()));
    if (!one->told) next = std::min(next, one->down.due(now()));
  }
  return next;
}

}  // namespace troupe::harness
