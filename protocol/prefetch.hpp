#pragma once

namespace troupe {

/// Asks the cache for the line at `where`, which need not be a valid address. For pointers that are
/// followed soon, of many objects that are each visited once: the wait for the next one's memory
/// falls into the work on this one.
inline void prefetch(const void* where) noexcept {
  __builtin_prefetch(where);
}

}  // namespace troupe
