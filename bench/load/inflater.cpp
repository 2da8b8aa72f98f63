#include "inflater.hpp"

#include <zlib.h>

#include "fail.hpp"

namespace load {

namespace {
constexpr std::size_t message_bytes_max = 1 << 20;
// What ends each message's data and is not sent (RFC 7692, section 7.2.2).
constexpr std::string_view tail("\x00\x00\xff\xff", 4);
}  // namespace

inflater::inflater() : state_(std::make_unique<z_stream_s>()), text_(message_bytes_max) {
  if (inflateInit2(state_.get(), -MAX_WBITS) != Z_OK) fail("no zlib");
}

inflater::~inflater() {
  inflateEnd(state_.get());
}

std::string_view inflater::inflate(std::string_view compressed) {
  const auto found = known_.find(compressed);
  if (found != known_.end()) return found->second;
  if (known_.size() == known_max) known_.clear();
  return known_.emplace(compressed, decompress(compressed)).first->second;
}

std::string inflater::decompress(std::string_view compressed) {
  std::string input(compressed);
  input += tail;
  inflateReset(state_.get());
  state_->next_in = reinterpret_cast<Bytef*>(input.data());
  state_->avail_in = static_cast<uInt>(input.size());
  state_->next_out = reinterpret_cast<Bytef*>(text_.data());
  state_->avail_out = static_cast<uInt>(text_.size());
  const int how = ::inflate(state_.get(), Z_SYNC_FLUSH);
  if (how != Z_OK || state_->avail_in != 0 || state_->avail_out == 0)
    fail("a message cannot be decompressed");
  return {text_.data(), text_.size() - state_->avail_out};
}

}  // namespace load
