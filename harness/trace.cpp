#include <troupe/harness/trace.hpp>

#include <troupe/harness/dice.hpp>

namespace troupe::harness {

void trace::mix(std::string_view bytes) noexcept {
  mix(bytes.size());
  mix(dice::hash(bytes));
}

std::chrono::microseconds trace::elapsed() const noexcept {
  return std::chrono::duration_cast<std::chrono::microseconds>(clock_.now() - begun_);
}

std::uint64_t trace::note(std::string_view lane, std::string_view what, std::string_view text,
                          std::uint64_t cause) {
  const auto at = elapsed();
  mix(static_cast<std::uint64_t>(at.count()));
  mix(lane);
  mix(what);
  mix(text);
  if (events_.size() == kept_max_) events_.pop_front();
  events_.push_back({++count_, at, std::string(lane), std::string(what), std::string(text), cause});
  return count_;
}

}  // namespace troupe::harness
