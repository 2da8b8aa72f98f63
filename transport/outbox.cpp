#include <troupe/transport/outbox.hpp>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <string>

namespace troupe::transport {

namespace {

constexpr std::size_t pieces_max = 64;          // What stream::write_some takes.
constexpr std::size_t spare_capacity_max = 64;  // Slices that an empty outbox may hold room for.

std::string_view view(const boost::asio::const_buffer& piece) noexcept {
  return {static_cast<const char*>(piece.data()), piece.size()};
}

slice kept(std::string_view bytes, const std::shared_ptr<const void>& owner) {
  if (owner) return {owner, bytes};
  auto copy = std::make_shared<const std::string>(bytes);
  const std::string_view copied = *copy;
  return {std::move(copy), copied};
}

}  // namespace

outbox::verdict outbox::write(stream& to, std::span<const boost::asio::const_buffer> pieces,
                              std::span<const std::shared_ptr<const void>> owners) {
  std::size_t written = 0;
  if (empty()) {
    const auto taken = to.write_some(pieces.first(std::min(pieces.size(), pieces_max)));
    if (taken.has_value())
      written = *taken;
    else if (taken.error() != boost::asio::error::would_block)
      return verdict::failed;
  }
  std::size_t next = 0;
  while (next < pieces.size() && written >= pieces[next].size()) written -= pieces[next++].size();
  if (next == pieces.size()) return empty() ? verdict::written : verdict::queued;

  std::size_t rest = 0;
  std::size_t uncounted = uncounted_;
  for (std::size_t i = next; i < pieces.size(); ++i) {
    const std::size_t left = pieces[i].size() - (i == next ? written : 0);
    if (uncounted == 0 && is_large(pieces[i].size())) uncounted = left;
    rest += left;
  }
  if (bytes_ + rest - uncounted > bounds_.bytes_max ||
      pieces.size() - next > bounds_.slices_max - std::min(slices(), bounds_.slices_max))
    return verdict::overflow;

  uncounted_ = uncounted;
  if (empty()) offset_ = written;
  for (; next < pieces.size(); ++next) {
    if (pieces[next].size() == 0) continue;
    slices_.push_back(kept(view(pieces[next]), next < owners.size() ? owners[next] : nullptr));
  }
  bytes_ += rest;
  return verdict::queued;
}

outbox::verdict outbox::flush(stream& to) {
  while (!empty()) {
    std::array<boost::asio::const_buffer, pieces_max> pieces;
    const std::size_t count = std::min(slices(), pieces_max);
    std::size_t offered = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view bytes = slices_[first_ + i].bytes.substr(i == 0 ? offset_ : 0);
      pieces[i] = {bytes.data(), bytes.size()};
      offered += bytes.size();
    }
    const auto taken = to.write_some(std::span(pieces).first(count));
    if (!taken.has_value())
      return taken.error() == boost::asio::error::would_block ? verdict::queued : verdict::failed;
    consume(*taken);
    if (*taken < offered) return verdict::queued;  // Full: asking again would only say so.
  }
  return verdict::written;
}

void outbox::drop_unsent(std::size_t begun) noexcept {
  if (empty()) return;
  const std::size_t committed = offset_ + begun;
  std::size_t end = first_;
  std::size_t left = 0;
  while (end < slices_.size() && left < committed) left += slices_[end++].bytes.size();
  for (std::size_t i = end; i < slices_.size(); ++i)
    if (is_large(slices_[i].bytes.size())) uncounted_ = 0;
  slices_.erase(slices_.begin() + static_cast<std::ptrdiff_t>(end), slices_.end());
  bytes_ = left - std::min(left, offset_);
  forget_written();
}

void outbox::consume(std::size_t written) noexcept {
  bytes_ -= written;
  while (written > 0) {
    const std::size_t size = slices_[first_].bytes.size();
    const std::size_t left = size - offset_;
    if (is_large(size)) uncounted_ -= std::min(written, left);
    if (written < left) {
      offset_ += written;
      break;
    }
    written -= left;
    offset_ = 0;
    slices_[first_++].owner.reset();
  }
  forget_written();
}

void outbox::forget_written() noexcept {
  if (empty()) {
    first_ = 0;
    if (slices_.capacity() > spare_capacity_max)
      std::vector<slice>().swap(slices_);
    else
      slices_.clear();
  } else if (first_ >= pieces_max && first_ >= slices_.size() / 2) {
    slices_.erase(slices_.begin(), slices_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

}  // namespace troupe::transport
