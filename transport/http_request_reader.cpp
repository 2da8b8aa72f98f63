#include <troupe/transport/http_request_reader.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

#include <troupe/transport/http_framing.hpp>

namespace troupe::transport {

namespace http = boost::beast::http;

struct http_request_reader::state {
  http::request_parser<http::string_body> parser;
  http_request request;
  std::size_t header_bytes = 0;
  bool has_header = false;
  bool is_http_1_1 = false;
};

namespace {

constexpr std::size_t last_chunk_bytes_min = 5;  // "0\r\n\r\n"
constexpr unsigned bad_request = 400;
constexpr unsigned payload_too_large = 413;
constexpr unsigned header_too_large = 431;

unsigned status_of(const boost::system::error_code& error) {
  if (error == http::error::header_limit) return header_too_large;
  if (error == http::error::body_limit) return payload_too_large;
  return bad_request;
}

std::string to_string(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

http_request_reader::http_request_reader(const http_options& options) : options_(options) {}
http_request_reader::~http_request_reader() = default;

http_request_reader::progress http_request_reader::read(std::string_view& bytes) {
  if (!state_) {
    state_ = std::make_unique<state>();
    state_->parser.header_limit(static_cast<std::uint32_t>(options_.header_bytes_max));
    state_->parser.body_limit(options_.body_bytes_max);
  }
  if (!state_->has_header) {
    const progress how = read_header(bytes);
    if (how != progress::complete) return how;
    state_->parser.eager(true);
  }
  return read_body(bytes);
}

http_request_reader::progress http_request_reader::read_header(std::string_view& bytes) {
  auto& parser = state_->parser;
  // RFC 9112, section 2.2: an empty line before the request is skipped.
  while (!parser.got_some() && bytes.substr(0, 2) == "\r\n") {
    bytes.remove_prefix(2);
    state_->header_bytes += 2;
  }
  if (state_->header_bytes > options_.header_bytes_max) return refuse(header_too_large);
  if (bytes.empty() || (!parser.got_some() && bytes == "\r")) return progress::need_more;

  boost::system::error_code error;
  const std::size_t taken = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  bytes.remove_prefix(taken);
  // The parser applies its limit to each call; ours is for the whole header.
  state_->header_bytes += taken;
  const bool is_partial = error == http::error::need_more;
  if (state_->header_bytes + (is_partial ? bytes.size() : 0) > options_.header_bytes_max)
    return refuse(header_too_large);
  if (is_partial) return progress::need_more;
  const bool is_too_large = error == http::error::body_limit;  // By what it says of its length.
  if (error && !is_too_large) return refuse(status_of(error));

  const auto& message = parser.get();
  http_request& request = state_->request;
  std::size_t fields = 0;
  for (const auto& field : message) {
    if (++fields > options_.fields_max) return refuse(header_too_large);
    request.fields.add(to_string(field.name_string()), to_string(field.value()));
  }
  state_->is_http_1_1 = message.version() == 11;
  request.method = to_string(message.method_string());
  if (is_ambiguous(request.fields, state_->is_http_1_1)) return refuse(bad_request);
  const auto target = message.target();
  assign_target(request, {target.data(), target.size()});
  detect_upgrade(request, state_->is_http_1_1);
  state_->has_header = true;
  return is_too_large ? refuse(payload_too_large) : progress::complete;
}

http_request_reader::progress http_request_reader::read_body(std::string_view& bytes) {
  auto& parser = state_->parser;
  // Beast asserts that it sees the last chunk again with five bytes or more. No rest of a chunked
  // body is shorter, so nobody waits in vain.
  const std::size_t needed = parser.chunked() ? last_chunk_bytes_min : 1;
  while (!parser.is_done() && bytes.size() >= needed) {
    boost::system::error_code error;
    bytes.remove_prefix(parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error));
    if (error == http::error::need_more) {
      // A chunk's header, or the trailer, that does not end.
      if (bytes.size() > options_.header_bytes_max) return refuse(header_too_large);
      return progress::need_more;
    }
    if (error) return refuse(status_of(error));
  }
  return parser.is_done() ? progress::complete : progress::need_more;
}

bool http_request_reader::has_header() const noexcept {
  return state_ && state_->has_header;
}

const http_request* http_request_reader::begun() const noexcept {
  return has_header() ? &state_->request : nullptr;
}

bool http_request_reader::expects_continue() const noexcept {
  return state_->is_http_1_1 && has_token(state_->request.fields, "Expect", "100-continue");
}

bool http_request_reader::wants_keep_alive() const noexcept {
  return state_->parser.keep_alive();
}

http_request http_request_reader::take() {
  http_request request = std::move(state_->request);
  request.body = std::move(state_->parser.get().body());
  state_.reset();
  return request;
}

void http_request_reader::reset() noexcept {
  state_.reset();
}

http_request_reader::progress http_request_reader::refuse(unsigned status) noexcept {
  status_ = status;
  return progress::refused;
}

}  // namespace troupe::transport
