#include <troupe/transport/deflate.hpp>

#include <zlib.h>

#include <algorithm>
#include <new>

#include <troupe/transport/frame_header.hpp>

namespace troupe::transport {

namespace {

// What ends each message's data and is not sent (RFC 7692, section 7.2.1).
constexpr std::string_view tail("\x00\x00\xff\xff", 4);
constexpr std::size_t step_bytes = 16 * 1024;
constexpr int streams_max = 16;  // Of one message, each with a last block of its own.

void give(z_stream& state, std::string_view input) noexcept {
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  state.avail_in = static_cast<uInt>(input.size());
}

}  // namespace

struct deflater::state : z_stream {
  state() : z_stream{} {}
  ~state() { ::deflateEnd(this); }
};

struct inflater::state : z_stream {
  state() : z_stream{} {}
  ~state() { ::inflateEnd(this); }
};

deflater::deflater(int window_bits, const deflate_options& options, bool takes_over)
    : state_(std::make_unique<state>()), takes_over_(takes_over) {
  if (::deflateInit2(state_.get(), options.level, Z_DEFLATED, -window_bits, options.memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
}

void deflater::append_frame(std::string& to, std::string_view message, bool binary) {
  const std::size_t begin = to.size();
  // The data are put behind room for the longest header; the header's size is known afterwards.
  const std::size_t room = ::deflateBound(state_.get(), static_cast<uLong>(message.size())) +
                           frame_header_bytes_max + 16;
  to.resize(begin + room);
  char* data = to.data() + begin + frame_header_bytes_max;
  give(*state_, message);
  state_->next_out = reinterpret_cast<Bytef*>(data);
  state_->avail_out = static_cast<uInt>(room - frame_header_bytes_max);
  ::deflate(state_.get(), Z_SYNC_FLUSH);
  const std::size_t size = room - frame_header_bytes_max - state_->avail_out - tail.size();
  if (!takes_over_) ::deflateReset(state_.get());
  constexpr unsigned char fin_and_rsv1 = 0xC0;
  const std::size_t header =
      put_frame_header(to.data() + begin, fin_and_rsv1 | (binary ? 2 : 1), size);
  std::copy(data, data + size, to.data() + begin + header);
  to.resize(begin + header + size);
}

deflater::~deflater() = default;

inflater::inflater(int window_bits, bool takes_over)
    : state_(std::make_unique<state>()), takes_over_(takes_over) {
  if (::inflateInit2(state_.get(), -window_bits) != Z_OK) throw std::bad_alloc();
}

inflater::~inflater() = default;

inflater::outcome inflater::append(std::string& to, std::string_view message,
                                   std::size_t bytes_max) {
  if (!takes_over_) ::inflateReset(state_.get());
  const std::size_t begin = to.size();
  int streams = 0;
  for (const std::string_view input : {message, tail}) {
    give(*state_, input);
    do {
      const std::size_t before = to.size();
      // One byte more than is allowed tells what fits from what does not.
      const std::size_t room = std::min(step_bytes, begin + bytes_max + 1 - before);
      to.resize(before + room);
      state_->next_out = reinterpret_cast<Bytef*>(to.data() + before);
      state_->avail_out = static_cast<uInt>(room);
      const int how = ::inflate(state_.get(), Z_SYNC_FLUSH);
      to.resize(before + room - state_->avail_out);
      if (to.size() - begin > bytes_max) return outcome::too_large;
      if (how == Z_STREAM_END) {  // A last block: what comes next begins anew.
        if (++streams > streams_max) return outcome::malformed;
        ::inflateReset(state_.get());
        continue;
      }
      if (how != Z_OK && how != Z_BUF_ERROR) return outcome::malformed;
      if (how == Z_BUF_ERROR && state_->avail_out != 0) break;  // Nothing more comes of it.
    } while (state_->avail_in != 0 || state_->avail_out == 0);
  }
  return outcome::ok;
}

}  // namespace troupe::transport
