#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the process when an invariant of ours is broken; on in release builds. Never for input.
#define TROUPE_ASSERT(condition)                                                             \
  do {                                                                                       \
    if (!(condition)) [[unlikely]] {                                                         \
      std::fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)
