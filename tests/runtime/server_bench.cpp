#include <tests/runtime/server_bench.hpp>

#include <tests/catch.hpp>

#include <algorithm>

#include <tests/runtime/bench_client.hpp>
#include <troupe/actors/messages.hpp>
#include <troupe/actors/supervisor.hpp>

namespace troupe::testing {

namespace {
constexpr std::size_t steps_max = 2'000'000;
}

seeded_unit::~seeded_unit() {
  CHECK(ready_.empty());
}

void seeded_unit::run_one(std::size_t which) {
  caf::resumable* job = ready_[which];
  ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(which));
  if (!run(job, 1)) ready_.push_back(job);
}

struct server_bench::own_system {
  own_system() : system((init_actor_types(), configured(config))) {}
  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    actors::configure(config, 1);
    return config;
  }
  caf::actor_system_config config;
  caf::actor_system system;
};

server_bench::server_bench(std::uint64_t seed, unsigned shards, options user,
                           caf::actor_system* embedder)
    : ids_(seed),
      random_(seed),
      own_(embedder == nullptr ? std::make_unique<own_system>() : nullptr),
      system_(embedder == nullptr ? own_->system : *embedder),
      others_running_(system_.registry().running()) {
  user.clock = &clock_;
  user.random = &ids_;
  user.threads = shards;
  user.log = [this](log_level, std::string_view line) { log_.emplace_back(line); };
  settings_ = runtime::settings_from(std::move(user));
  shared_ = std::make_unique<actors::directory>(system_, runtime::actor_options_from(settings_),
                                                settings_.user.log);
  if (settings_.user.client_actor) shared_->spawn_client = settings_.user.client_actor;
  for (unsigned i = 0; i < shards; ++i) {
    loops_.push_back(std::make_unique<boost::asio::io_context>(1));
    settings_.loops.push_back(loops_.back().get());
  }
  for (unsigned i = 0; i < shards; ++i) {
    units_.push_back(std::make_unique<seeded_unit>(system_));
    shards_.push_back(std::make_unique<runtime::shard>(i, settings_, *shared_));
    shared_->units.push_back(units_[i].get());
    shared_->shards.push_back(shards_[i].get());
  }
  for (unsigned i = 0; i < shards; ++i)
    shared_->arms.push_back(
        actors::spawn_on<actors::transport_arm>(system_, *units_[i], *shards_[i]));
  shared_->supervisor = actors::spawn_on<actors::supervisor>(system_, *units_[0], *shards_[0]);
  shared_->transport = actors::spawn_on<actors::transport_actor>(
      system_, *units_[0], *shared_, static_cast<actors::transport_port&>(*this));
  shared_->on_stopped = [this](bool failed) {
    stopped_ = true;
    failed_ = failed;
  };
  shared_->open("/");
  actors::tell(shared_->transport, actors::start_listening{});
  run();
}

server_bench::~server_bench() {
  stop();
  CHECK(stopped_);
  shared_->drop_handles();
  for (const auto& one : shards_) one->drop_handles();
  run();
  CHECK(system_.registry().running() == others_running_);
}

std::shared_ptr<transport::testing::wire> server_bench::open_connection() {
  auto opened = std::make_shared<transport::testing::wire>();
  wires_.push_back(opened);
  if (listening_)
    actors::tell(
        shared_->transport,
        actors::accepted{std::make_shared<runtime::new_connection>(
            std::make_unique<transport::testing::memory_stream>(opened), settings_.loops)});
  else
    opened->is_closed = true;
  return opened;
}

bool server_bench::deliver(transport::testing::wire& to) {
  const bool reads = to.observer != nullptr && to.is_read_armed && to.is_readable();
  const bool writes = to.observer != nullptr && to.is_write_armed && to.is_writable();
  if (!reads && !writes) return false;
  if (reads && (!writes || random_() % 2 == 0)) {
    to.is_read_armed = false;
    to.observer->on_readable();
  } else {
    to.is_write_armed = false;
    to.observer->on_writable();
  }
  return true;
}

bool server_bench::end_turns() {
  bool was_idle = true;
  for (const auto& one : shards_) {
    was_idle = was_idle && one->dirty_count() == 0 && one->next_deadline() > clock_.now();
    one->tick();
    one->expire();
    one->flush();
    one->sweep();
  }
  return !was_idle;
}

bool server_bench::step() {
  if (++steps_ == steps_max) FAIL("the server does not come to rest");
  // One shard ends its turn now and then, in the middle of things.
  if (random_() % 8 == 0) {
    runtime::shard& one = *shards_[random_() % shards_.size()];
    one.tick();
    one.expire();
    one.flush();
    one.sweep();
  }
  std::size_t ready = 0;
  for (const auto& unit : units_) ready += unit->ready_count();
  const std::size_t others = wires_.size() + clients_.size();
  // An actor that is ready, a connection or a client, each as likely.
  if (ready != 0) {
    std::size_t drawn = random_() % (ready + std::min<std::size_t>(others, 4));
    for (const auto& unit : units_) {
      if (drawn < unit->ready_count()) return ++messages_, unit->run_one(drawn), true;
      drawn -= unit->ready_count();
    }
  }
  const std::size_t first = others == 0 ? 0 : random_() % others;
  for (std::size_t i = 0; i < others; ++i) {
    const std::size_t at = (first + i) % others;
    if (at < wires_.size() ? deliver(*wires_[at]) : clients_[at - wires_.size()]->react())
      return true;
  }
  std::erase_if(wires_, [](const auto& wire) { return wire.use_count() == 1; });
  if (ready != 0) return true;
  return end_turns();
}

void server_bench::run() {
  while (step()) {
  }
}

void server_bench::run_some(std::size_t steps) {
  while (steps-- > 0 && step()) {
  }
}

void server_bench::advance(std::chrono::milliseconds by) {
  const auto end = clock_.now() + by;
  for (;;) {
    run();
    auto next = end;
    for (const auto& one : shards_) next = std::min(next, one->next_deadline());
    if (next >= end) break;
    clock_.set(std::max(next, clock_.now()));
  }
  clock_.set(end);
  end_turns();
  run();
}

void server_bench::stop() {
  if (stopped_) return;
  actors::tell(shared_->supervisor, actors::stop_server{});
  run();
  if (!stopped_) advance(settings_.user.close_timeout);
  if (!stopped_)
    for (const auto& one : shards_) one->abort_all();
  run();
}

void server_bench::check_nothing_left() {
  for (const auto& one : shards_) {
    for (const auto& table : one->tables()) {
      CHECK((table == nullptr || (table->size() == 0 && table->room_count() == 0)));
    }
    CHECK(one->session_count() == 0);
    CHECK(one->peer_count() == 0);
    CHECK(one->dirty_count() == 0);
    CHECK(one->deadlines().size() == 0);
  }
  CHECK(counted(&actors::counters::sessions_opened) == counted(&actors::counters::sessions_closed));
  CHECK(counted(&actors::counters::sockets_connected) ==
        counted(&actors::counters::sockets_disconnected));
  CHECK(counted(&actors::counters::rooms_opened) == counted(&actors::counters::rooms_closed));
  const std::size_t standing = 2 + shards_.size() + shared_->all().size();
  CHECK(system_.registry().running() == others_running_ + standing);
  // A broadcaster that knows no member tells no shard.
  for (const auto& nsp : shared_->all()) {
    const std::size_t before = messages_;
    actors::tell(nsp->broadcaster(), actors::publish{{}, "probe", {}, nullptr, {}});
    run();
    CHECK(messages_ == before + 1);
  }
}

std::uint64_t server_bench::counted(actors::counter actors::counters::*which) const {
  std::uint64_t sum = 0;
  for (const auto& one : shards_)
    sum += (static_cast<const runtime::shard&>(*one).count().*which).value();
  return sum;
}

std::size_t server_bench::subscribers(std::string_view name) const {
  const auto nsp = shared_->find(name);
  std::size_t sum = 0;
  for (const auto& one : shards_)
    if (nsp != nullptr) sum += one->table(nsp->index()).size();
  return sum;
}

std::size_t server_bench::sessions() const {
  std::size_t sum = 0;
  for (const auto& one : shards_) sum += one->session_count();
  return sum;
}

}  // namespace troupe::testing
