#include <tests/catch.hpp>

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <optional>
#include <span>
#include <system_error>
#include <thread>

#include <troupe/runtime/random_source.hpp>
#include <troupe/runtime/server.hpp>

using namespace std::chrono_literals;

// A server's own threads: the only ones that the tests of this layer use.

namespace {

troupe::options quiet(unsigned threads) {
  troupe::options user;
  user.listens = false;
  user.threads = threads;
  return user;
}

/// While it lives no thread can be made: they would need a stack larger than the address space.
class no_threads {
 public:
  no_threads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    pthread_attr_init(&huge);
    pthread_attr_setstacksize(&huge, std::size_t{1} << 48);
    pthread_setattr_default_np(&huge);
    pthread_attr_destroy(&huge);
  }
  ~no_threads() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }
  no_threads(const no_threads&) = delete;
  no_threads& operator=(const no_threads&) = delete;

 private:
  pthread_attr_t before_;
};

}  // namespace

TEST_CASE("a server that cannot have its threads says so, and may try again") {
  troupe::server io(quiet(3));
  {
    const no_threads none;
    REQUIRE_THROWS_AS(io.start(), std::system_error);
  }
  io.start();
  io.close();
  CHECK(io.wait());
}

TEST_CASE("a server that cannot have its threads ends all the same") {
  std::optional<troupe::server> io(std::in_place, quiet(3));
  const no_threads none;
  CHECK_THROWS_AS(io->start(), std::system_error);
  io.reset();
}

TEST_CASE("a server that was never started ends on the thread that destroys it") {
  std::optional<troupe::server> io(std::in_place, quiet(3));
  io->of("/more").emit("nobody");
  const no_threads none;
  io->close();
  CHECK(io->wait());
  io.reset();
}

namespace {

std::promise<void>* somebody_returned = nullptr;
std::atomic<bool> returned_early{false};

/// The end of a shard's thread, which takes its time.
struct slow_end {
  bool is_used = false;
  ~slow_end() {
    if (!is_used) return;
    if (somebody_returned->get_future().wait_for(200ms) == std::future_status::ready)
      returned_early = true;
  }
};
thread_local slow_end at_thread_end;

/// Seen by the shard's thread as soon as it runs.
class marking_random final : public troupe::random_source {
 public:
  void fill(std::span<std::byte> bytes) override {
    at_thread_end.is_used = true;
    std::fill(bytes.begin(), bytes.end(), std::byte{1});
    if (!is_seen.exchange(true)) seen.set_value();
  }
  std::promise<void> seen;
  std::atomic<bool> is_seen{false};
};

}  // namespace

TEST_CASE("whoever waits for a server waits until its threads have ended") {
  std::promise<void> returned;
  somebody_returned = &returned;
  marking_random random;
  troupe::options user = quiet(1);
  user.random = &random;
  user.connection_state_recovery.emplace();
  troupe::server io(user);
  io.start();
  REQUIRE(random.seen.get_future().wait_for(10s) == std::future_status::ready);
  std::atomic<bool> has_told{false};
  const auto wait = [&] {
    io.wait();
    if (!has_told.exchange(true)) returned.set_value();
  };
  std::thread first(wait), second(wait);
  io.close();
  first.join();
  second.join();
  CHECK_FALSE(returned_early);
}
