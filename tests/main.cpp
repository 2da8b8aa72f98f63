#define CATCH_CONFIG_RUNNER
#include <tests/catch.hpp>

#include <string>

#include <tests/seeds.hpp>

// Catch2's own options, and `--seed N`: random tests run with that seed alone.
int main(int argc, char** argv) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string(argv[i]) != "--seed") continue;
    troupe::testing::only_seed() = std::stoull(argv[i + 1]);
    for (int rest = i + 2; rest < argc; ++rest) argv[rest - 2] = argv[rest];
    argc -= 2;
    break;
  }
  return Catch::Session().run(argc, argv);
}
