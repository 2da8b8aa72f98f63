#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstring>
#include <string>
#include <string_view>

#include <troupe/transport/http_connection.hpp>
#include <troupe/transport/http_framing.hpp>

namespace troupe::transport {

namespace {

namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::string_view subprotocol_field = "Sec-WebSocket-Protocol";

// What lies below Beast's WebSocket stream while it accepts: it takes the response's bytes.
class recorder {
 public:
  using executor_type = boost::asio::io_context::executor_type;

  explicit recorder(boost::asio::io_context& loop) : loop_(loop) {}

  executor_type get_executor() noexcept { return loop_.get_executor(); }
  const std::string& written() const noexcept { return written_; }

  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, error_code& error) {
    error = {};
    const std::size_t size = beast::buffer_bytes(buffers);
    const std::size_t before = written_.size();
    written_.resize(before + size);
    return boost::asio::buffer_copy(boost::asio::buffer(written_.data() + before, size), buffers);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    error_code error;
    return write_some(buffers, error);
  }
  template <class Buffers>
  std::size_t read_some(const Buffers&, error_code& error) {
    error = boost::asio::error::eof;
    return 0;
  }
  template <class Buffers>
  std::size_t read_some(const Buffers&) {
    return 0;
  }

 private:
  boost::asio::io_context& loop_;
  std::string written_;
};

// Beast's stream has a timer and so wants a loop, though none runs here. One a thread, since
// making one costs more system calls than accepting a connection.
boost::asio::io_context& idle_loop() {
  thread_local boost::asio::io_context loop(1);
  return loop;
}

// Only what the handshake reads: no extension is offered, subprotocols are ours to choose. Beast
// looks at the first Connection and Upgrade field only, and a client may send several, or lists
// that Beast reads up to an empty element: our reading of them counts.
beast::http::request<beast::http::empty_body> upgrade_of(const http_request& request) {
  beast::http::request<beast::http::empty_body> upgrade;
  upgrade.version(11);
  upgrade.method_string(request.method);
  upgrade.target(request.path);
  for (const auto* name : {"Host", "Sec-WebSocket-Key", "Sec-WebSocket-Version"})
    if (request.fields.has(name)) upgrade.set(name, request.fields.find(name));
  if (has_token(request.fields, "Connection", "upgrade")) upgrade.set("Connection", "Upgrade");
  if (has_token(request.fields, "Upgrade", "websocket")) upgrade.set("Upgrade", "websocket");
  return upgrade;
}

// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr);
  });
}

// What the client prefers, as npm's ws answers: browsers fail a connection that they asked for
// subprotocols and that has none. Empty if none is asked for, or if the list is not well-formed.
std::string_view preferred_subprotocol(const header_fields& fields) noexcept {
  std::string_view preferred;
  for (const auto& [name, value] : fields.all()) {
    if (!is_same_token(name, subprotocol_field)) continue;
    for (std::string_view rest = value;;) {
      const auto comma = rest.find(',');
      const std::string_view listed = trimmed(rest.substr(0, comma));
      if (!is_token(listed)) return {};
      if (preferred.empty()) preferred = listed;
      if (comma == rest.npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return preferred;
}

}  // namespace

result<std::string> websocket_accept(const http_request& request, const header_fields& extra) {
  const auto upgrade = upgrade_of(request);
  beast::websocket::stream<recorder, false> handshake(idle_loop());
  handshake.set_option(
      beast::websocket::stream_base::decorator([&](beast::websocket::response_type& response) {
        for (const auto& [name, value] : extra.all())
          response.insert(field_text(name), field_text(value));
        const std::string_view subprotocol = preferred_subprotocol(request.fields);
        if (!subprotocol.empty() && !extra.has(subprotocol_field))
          response.set(subprotocol_field, subprotocol);
        // Beast puts its name where there is no Server field; an empty one can be found again.
        if (!extra.has("Server")) response.set(beast::http::field::server, "");
      }));
  error_code error;
  handshake.accept(upgrade, error);
  if (error) return error;
  std::string accepted = handshake.next_layer().written();
  constexpr std::string_view no_server = "Server: \r\n";
  if (const auto at = accepted.find(no_server); at != std::string::npos)
    accepted.erase(at, no_server.size());
  return accepted;
}

}  // namespace troupe::transport
