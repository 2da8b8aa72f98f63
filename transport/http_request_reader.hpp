#pragma once

#include <memory>
#include <string_view>

#include <troupe/transport/http.hpp>

namespace troupe::transport {

/// Reads one request after the other from bytes, without I/O: Boost.Beast's parser with our checks
/// after it (http_framing.hpp). Between requests it holds nothing. Trailer fields are dropped, so
/// that they cannot pass for header fields that a proxy has checked.
class http_request_reader {
 public:
  enum class progress {
    need_more,  ///< Present what is left of `bytes` again, with more behind it.
    complete,   ///< take() it.
    refused,    ///< Answer with status() and close.
  };

  /// `options` outlives this.
  explicit http_request_reader(const http_options& options);
  ~http_request_reader();

  /// Takes bytes from the front of `bytes`; never more than the request.
  progress read(std::string_view& bytes);

  bool is_begun() const noexcept { return state_ != nullptr; }
  bool has_header() const noexcept;
  /// The request under way without its body; null before has_header().
  const http_request* begun() const noexcept;
  /// The client waits for 100 (Continue) before it sends the body. Only after has_header().
  bool expects_continue() const noexcept;
  bool wants_keep_alive() const noexcept;
  unsigned status() const noexcept { return status_; }

  /// The complete request; the next read() begins another.
  http_request take();
  /// Forgets the request under way.
  void reset() noexcept;

 private:
  struct state;
  progress read_header(std::string_view& bytes);
  progress read_body(std::string_view& bytes);
  progress refuse(unsigned status) noexcept;

  const http_options& options_;
  std::unique_ptr<state> state_;
  unsigned status_ = 0;
};

}  // namespace troupe::transport
