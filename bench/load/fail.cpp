#include "fail.hpp"

#include <cstdio>
#include <cstdlib>

namespace load {

void fail(std::string_view what) {
  std::fprintf(stderr, "bench-load: %.*s\n", static_cast<int>(what.size()), what.data());
  std::fflush(stderr);
  std::_Exit(1);
}

}  // namespace load
