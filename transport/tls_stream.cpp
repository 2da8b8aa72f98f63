#include <troupe/transport/tls_stream.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <new>
#include <string_view>
#include <utility>

namespace troupe::transport {

namespace {

using boost::system::error_code;

constexpr std::size_t record_bytes_max = SSL3_RT_MAX_PLAIN_LENGTH;
constexpr std::size_t unsent_bytes_max = 64 * 1024;

using record = std::array<char, record_bytes_max>;

// At most a record's worth of `pieces` behind their first `skipped` bytes: where they lie if they
// are in one piece, else put together in `room`.
std::string_view gather(std::span<const boost::asio::const_buffer> pieces, std::size_t skipped,
                        record& room) {
  std::size_t size = 0;
  for (const auto& piece : pieces) {
    const std::size_t passed = std::min(skipped, piece.size());
    skipped -= passed;
    const std::string_view rest(static_cast<const char*>(piece.data()) + passed,
                                piece.size() - passed);
    if (size == 0 && (rest.size() >= record_bytes_max || &piece == &pieces.back()))
      return rest.substr(0, record_bytes_max);
    size += rest.copy(room.data() + size, record_bytes_max - size);
    if (size == record_bytes_max) break;
  }
  return {room.data(), size};
}

}  // namespace

bool is_tls_error(const error_code& error) noexcept {
  return error.category() == boost::asio::error::get_ssl_category();
}

struct tls_stream::bio {
  static tls_stream& owner(BIO* of) { return *static_cast<tls_stream*>(BIO_get_data(of)); }

  // Takes all: what the stream below does not is kept, so that no record is ever begun twice.
  static int write(BIO* of, const char* data, int size) {
    tls_stream& self = owner(of);
    std::string_view bytes(data, static_cast<std::size_t>(size));
    if (self.unsent_.empty()) {
      const boost::asio::const_buffer piece(bytes.data(), bytes.size());
      const auto taken = self.below_->write_some({&piece, 1});
      if (taken.has_value()) {
        bytes.remove_prefix(*taken);
      } else if (taken.error() != boost::asio::error::would_block) {
        self.below_error_ = taken.error();
        return -1;
      }
    }
    if (bytes.empty()) return size;
    if (self.unsent_.size() + bytes.size() > unsent_bytes_max) {
      self.below_error_ = boost::asio::error::no_buffer_space;
      return -1;
    }
    self.unsent_.append(bytes);
    self.below_->arm_writable();
    return size;
  }

  static int read(BIO* of, char* into, int size) {
    tls_stream& self = owner(of);
    BIO_clear_retry_flags(of);
    const auto got = self.below_->read_some({into, static_cast<std::size_t>(size)});
    if (got.has_value()) return static_cast<int>(*got);
    if (got.error() == boost::asio::error::would_block) {
      BIO_set_retry_read(of);
      return -1;
    }
    self.below_error_ = got.error();
    return got.error() == boost::asio::error::eof ? 0 : -1;
  }

  // Without the answer to the second, an end without TLS's own would be an error.
  static long control(BIO* of, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return owner(of).below_error_ == boost::asio::error::eof ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static int create(BIO* of) {
    BIO_set_init(of, 1);
    return 1;
  }

  static BIO* over(tls_stream& self) {
    static BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream");
      BIO_meth_set_write(made, write);
      BIO_meth_set_read(made, read);
      BIO_meth_set_ctrl(made, control);
      BIO_meth_set_create(made, create);
      return made;
    }();
    BIO* made = BIO_new(method);
    if (made == nullptr) throw std::bad_alloc();
    BIO_set_data(made, &self);
    return made;
  }
};

tls_stream::tls_stream(std::unique_ptr<stream> below, ssl_ctx_st* context,
                       boost::asio::io_context& loop)
    : loop_(&loop), below_(std::move(below)), tls_(SSL_new(context), SSL_free) {
  if (tls_ == nullptr) throw std::bad_alloc();
  BIO* bytes = bio::over(*this);
  SSL_set_bio(tls_.get(), bytes, bytes);
  SSL_set_accept_state(tls_.get());
  below_->observe(this);
}

tls_stream::~tls_stream() {
  close();
}

result<std::size_t> tls_stream::read_some(std::span<char> into) noexcept {
  ERR_clear_error();
  std::size_t total = 0;
  is_starved_ = false;
  while (total < into.size()) {
    std::size_t got = 0;
    const int outcome = SSL_read_ex(tls_.get(), into.data() + total, into.size() - total, &got);
    total += got;
    if (outcome == 1) continue;
    const int why = SSL_get_error(tls_.get(), outcome);
    is_starved_ = why == SSL_ERROR_WANT_READ;
    if (total > 0 || is_starved_) break;
    has_failed_ = why != SSL_ERROR_ZERO_RETURN;
    return error_of(why);
  }
  if (total == 0) return error_code(boost::asio::error::would_block);
  return total;
}

result<std::size_t> tls_stream::write_some(
    std::span<const boost::asio::const_buffer> pieces) noexcept {
  if (has_failed_ || is_shut_) return error_code(boost::asio::error::broken_pipe);
  if (!flush()) return has_failed_ ? below_error_ : error_code(boost::asio::error::would_block);
  ERR_clear_error();
  record room;
  std::size_t done = std::exchange(begun_, 0);
  for (;;) {
    const std::string_view next = gather(pieces, done, room);
    if (next.empty()) return done;
    std::size_t taken = 0;
    const int outcome = SSL_write_ex(tls_.get(), next.data(), next.size(), &taken);
    if (outcome != 1) {
      has_failed_ = true;
      return error_of(SSL_get_error(tls_.get(), outcome));
    }
    if (!unsent_.empty()) {
      begun_ = taken;
      break;
    }
    done += taken;
  }
  if (done == 0) return error_code(boost::asio::error::would_block);
  return done;
}

// False: something is still unsent, and the stream below is armed, or it has failed.
bool tls_stream::flush() noexcept {
  while (!unsent_.empty()) {
    const boost::asio::const_buffer rest(unsent_.data() + unsent_offset_,
                                         unsent_.size() - unsent_offset_);
    const auto taken = below_->write_some({&rest, 1});
    if (!taken.has_value()) {
      if (taken.error() == boost::asio::error::would_block) {
        below_->arm_writable();
      } else {
        below_error_ = taken.error();
        has_failed_ = true;
      }
      return false;
    }
    unsent_offset_ += *taken;
    if (unsent_offset_ < unsent_.size()) continue;
    std::string().swap(unsent_);
    unsent_offset_ = 0;
  }
  return true;
}

void tls_stream::arm_readable() {
  const bool was_armed = std::exchange(reading_, true);
  if (!is_starved_ || has_failed_)
    call_soon();
  else if (!was_armed)
    below_->arm_readable();
}

void tls_stream::arm_writable() {
  writing_ = true;
  below_->arm_writable();
}

void tls_stream::on_readable() {
  if (std::exchange(reading_, false) && observer_ != nullptr) observer_->on_readable();
}

void tls_stream::on_writable() {
  const bool is_flushed = flush();
  if (!is_flushed && !has_failed_) return;
  if (is_flushed && is_shut_) below_->shutdown_send();
  if (std::exchange(writing_, false)) {
    if (observer_ != nullptr) observer_->on_writable();
  } else if (has_failed_) {
    on_readable();
  }
}

// OpenSSL holds bytes that the stream below does not tell of.
void tls_stream::call_soon() {
  if (link_ == nullptr) link_ = std::make_shared<link>(link{this});
  if (std::exchange(link_->is_posted, true)) return;
  boost::asio::post(*loop_, [to = link_] {
    to->is_posted = false;
    if (to->target != nullptr) to->target->on_readable();
  });
}

error_code tls_stream::error_of(int outcome) const noexcept {
  if (outcome == SSL_ERROR_ZERO_RETURN) return boost::asio::error::eof;
  if (below_error_) return below_error_;
  if (const auto why = static_cast<int>(ERR_get_error()); why != 0)
    return {why, boost::asio::error::get_ssl_category()};
  return boost::system::errc::make_error_code(boost::system::errc::protocol_error);
}

// True: TLS's own end is behind what was written.
bool tls_stream::end_tls() noexcept {
  if (std::exchange(is_shut_, true) || has_failed_ || !SSL_is_init_finished(tls_.get()))
    return false;
  ERR_clear_error();
  return SSL_shutdown(tls_.get()) >= 0;
}

void tls_stream::shutdown_send() noexcept {
  end_tls();
  if (flush()) below_->shutdown_send();
}

void tls_stream::cut() noexcept {
  if (link_ != nullptr) link_->target = nullptr;
  link_.reset();
  reading_ = writing_ = false;
}

void tls_stream::close() noexcept {
  if (end_tls()) flush();
  cut();
  has_failed_ = true;
  below_->close();
}

void tls_stream::reset() noexcept {
  cut();
  has_failed_ = is_shut_ = true;
  below_->reset();
}

error_code tls_stream::move_to(boost::asio::io_context& loop) {
  cut();
  loop_ = &loop;
  return below_->move_to(loop);
}

}  // namespace troupe::transport
