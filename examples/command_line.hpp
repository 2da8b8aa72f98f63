#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <troupe/options.hpp>

/// What the examples share: `--port N` (3000 unless told, 0 for any free one), and the line that
/// says where they listen.
inline troupe::options options_from(int argc, char** argv) {
  troupe::options made;
  made.host = "127.0.0.1";
  if (argc == 3 && std::string_view(argv[1]) == "--port")
    made.port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  made.on_listening = [](std::uint16_t port) {
    std::printf("listening on http://127.0.0.1:%d\n", port);
    std::fflush(stdout);
  };
  return made;
}
