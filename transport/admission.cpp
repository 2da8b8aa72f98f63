#include <troupe/transport/admission.hpp>

#include <boost/asio/ip/address.hpp>
#include <string>

namespace troupe::transport {

std::uint64_t network_of(std::string_view remote_address) noexcept {
  const auto colon = remote_address.rfind(':');
  if (colon == remote_address.npos) return 0;
  std::string_view host = remote_address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  constexpr std::size_t text_bytes_max = 64;
  if (host.size() > text_bytes_max) return 0;
  boost::system::error_code malformed;
  const auto address = boost::asio::ip::make_address(std::string(host), malformed);
  if (malformed) return 0;
  // 0:1::/32 lies in a block that nobody is given (RFC 4291, section 2.4): room for IPv4.
  if (address.is_v4()) return std::uint64_t{1} << 32 | address.to_v4().to_uint();
  std::uint64_t bits = 0;
  const auto bytes = address.to_v6().to_bytes();
  for (std::size_t i = 0; i < sizeof bits; ++i) bits = bits << 8 | bytes[i];
  // The loopback's /64 is all zeros, which is what no address gives.
  return bits == 0 ? std::uint64_t{2} << 32 : bits;
}

admission::verdict admission::admit(std::string_view remote_address, place& into) {
  const std::size_t before = total_.fetch_add(1, std::memory_order_relaxed);
  if (limits_.total_max != 0 && before >= limits_.total_max) {
    total_.fetch_sub(1, std::memory_order_relaxed);
    return verdict::too_many;
  }
  const std::uint64_t network = limits_.per_address_max == 0 ? 0 : network_of(remote_address);
  if (network != 0) {
    const std::lock_guard lock(mutex_);
    std::size_t& count = by_network_[network];
    if (count >= limits_.per_address_max) {
      total_.fetch_sub(1, std::memory_order_relaxed);
      return verdict::too_many_of_address;
    }
    ++count;
  }
  into = place(shared_from_this(), network);
  return verdict::admitted;
}

void admission::leave(std::uint64_t network) noexcept {
  total_.fetch_sub(1, std::memory_order_relaxed);
  if (network == 0) return;
  const std::lock_guard lock(mutex_);
  const auto found = by_network_.find(network);
  if (--found->second == 0) by_network_.erase(found);
}

}  // namespace troupe::transport
