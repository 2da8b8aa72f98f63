// A chat server that says who may come in, and what its HTTP responses say: the snippets of
// docs/engine.md.

#include <cstdio>
#include <string>

#include <troupe/server.hpp>

#include "command_line.hpp"

int main(int argc, char** argv) {
  troupe::options options = options_from(argc, argv);
  options.cors = {.origin = {"https://example.org", troupe::origin_pattern{"\\.example\\.org$"}},
                  .credentials = true};
  options.allowed_origins = options.cors->origin;
  options.allow_request = [](const troupe::transport::http_request& request,
                             const troupe::admission& answer) {
    if (request.fields.find("Authorization").empty()) return answer.refuse("who are you?");
    answer.accept();
  };

  troupe::server io{options};
  io.engine()
      .use([](const troupe::transport::http_request&, troupe::engine_response& response,
              const troupe::engine_next& next) {
        response.set_header("Strict-Transport-Security", "max-age=31536000");
        next();  // Or response.end(401), or next.fail().
      })
      .on_headers([](troupe::transport::header_fields& fields,
                     const troupe::transport::http_request&) { fields.set("X-Served-By", "a"); })
      .on_connection_error([](const troupe::connection_error& error) {
        std::fprintf(stderr, "refused: %d %s\n", error.code, std::string(error.message).c_str());
      });
  io.on_connection([&](troupe::socket& socket) {
    socket.on("chat", [&](const troupe::value& msg) { io.emit("chat", msg); });
  });
  io.run();
}
