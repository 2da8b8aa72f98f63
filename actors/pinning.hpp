#pragma once

// What actors that stay on one thread have in common.

#include <exception>

#include <troupe/actors/caf.hpp>

#if defined(__SANITIZE_THREAD__)
#define TROUPE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TROUPE_TSAN 1
#endif
#endif
#if defined(TROUPE_TSAN)
extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
}
#endif

namespace troupe::actors {

/// Make ThreadSanitizer see CAF's own hand-over of an actor, whose atomics are in a library that
/// is not instrumented.
inline void acquired([[maybe_unused]] void* actor) noexcept {
#if defined(TROUPE_TSAN)
  __tsan_acquire(actor);
#endif
}
inline void released([[maybe_unused]] void* actor) noexcept {
#if defined(TROUPE_TSAN)
  __tsan_release(actor);
#endif
}

/// What an actor dies of whose message handler threw.
caf::error error_of(const std::exception_ptr& thrown);

}  // namespace troupe::actors
