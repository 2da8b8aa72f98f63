#include <troupe/transport/outbox.hpp>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <string>

namespace troupe::transport {

namespace {

constexpr std::size_t pieces_max = 64;  // What stream::write_some takes.

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
  std::size_t uncounted = empty() ? 0 : queue_->uncounted;
  for (std::size_t i = next; i < pieces.size(); ++i) {
    const std::size_t left = pieces[i].size() - (i == next ? written : 0);
    if (uncounted == 0 && is_large(pieces[i].size())) uncounted = left;
    rest += left;
  }
  if (bytes() + rest - uncounted > bounds_.bytes_max ||
      pieces.size() - next > bounds_.slices_max - std::min(slices(), bounds_.slices_max))
    return verdict::overflow;

  if (queue_ == nullptr) queue_ = std::make_unique<queue>();
  if (empty()) queue_->offset = written;
  queue_->uncounted = uncounted;
  for (; next < pieces.size(); ++next) {
    if (pieces[next].size() == 0) continue;
    queue_->slices.push_back(
        kept(view(pieces[next]), next < owners.size() ? owners[next] : nullptr));
  }
  queue_->bytes += rest;
  return verdict::queued;
}

outbox::verdict outbox::flush(stream& to) {
  while (!empty()) {
    std::array<boost::asio::const_buffer, pieces_max> pieces;
    const std::size_t count = std::min(slices(), pieces_max);
    std::size_t offered = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view bytes =
          queue_->slices[queue_->first + i].bytes.substr(i == 0 ? queue_->offset : 0);
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
  auto& [slices, first, offset, bytes, uncounted] = *queue_;
  const std::size_t committed = offset + begun;
  std::size_t end = first;
  std::size_t left = 0;
  while (end < slices.size() && left < committed) left += slices[end++].bytes.size();
  for (std::size_t i = end; i < slices.size(); ++i)
    if (is_large(slices[i].bytes.size())) uncounted = 0;
  slices.erase(slices.begin() + static_cast<std::ptrdiff_t>(end), slices.end());
  bytes = left - std::min(left, offset);
  forget_written();
}

void outbox::consume(std::size_t written) noexcept {
  auto& [slices, first, offset, bytes, uncounted] = *queue_;
  bytes -= written;
  while (written > 0) {
    const std::size_t size = slices[first].bytes.size();
    const std::size_t left = size - offset;
    if (is_large(size)) uncounted -= std::min(written, left);
    if (written < left) {
      offset += written;
      break;
    }
    written -= left;
    offset = 0;
    slices[first++].owner.reset();
  }
  forget_written();
}

void outbox::forget_written() noexcept {
  if (empty()) return queue_.reset();
  auto& [slices, first, offset, bytes, uncounted] = *queue_;
  if (first < pieces_max || first < slices.size() / 2) return;
  slices.erase(slices.begin(), slices.begin() + static_cast<std::ptrdiff_t>(first));
  first = 0;
}

}  // namespace troupe::transport
