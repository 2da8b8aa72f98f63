#include <sys/random.h>

#include <cerrno>

#include <troupe/protocol/assert.hpp>
#include <troupe/runtime/clock.hpp>
#include <troupe/runtime/random_source.hpp>

namespace troupe {

namespace {

class kernel_clock final : public clock {
 public:
  std::chrono::steady_clock::time_point now() const noexcept override {
    return std::chrono::steady_clock::now();
  }
  std::chrono::system_clock::time_point wall() const noexcept override {
    return std::chrono::system_clock::now();
  }
};

class kernel_random final : public random_source {
 public:
  void fill(std::span<std::byte> into) override {
    while (!into.empty()) {
      const ssize_t got = ::getrandom(into.data(), into.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      TROUPE_ASSERT(got > 0);
      into = into.subspan(static_cast<std::size_t>(got));
    }
  }
};

}  // namespace

const clock& system_clock() noexcept {
  static const kernel_clock instance;
  return instance;
}

random_source& system_random() noexcept {
  static kernel_random instance;
  return instance;
}

}  // namespace troupe
