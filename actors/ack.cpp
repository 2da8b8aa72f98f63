#include <troupe/actors/ack.hpp>

#include <string>

namespace troupe {

namespace {

class ack_category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "troupe.ack"; }
  std::string message(int value) const override {
    switch (static_cast<ack_errc>(value)) {
      case ack_errc::timed_out:
        return "operation has timed out";
      case ack_errc::disconnected:
        return "socket has been disconnected";
      case ack_errc::too_many:
        return "too many acks are waiting";
      case ack_errc::mismatched:
        return "the answer has another shape than was expected";
    }
    return "unknown ack error";
  }
};

}  // namespace

boost::system::error_code make_error_code(ack_errc value) noexcept {
  static const ack_category category;
  return {static_cast<int>(value), category};
}

void ack::send(arguments values) const {
  if (state_) state_->answer(std::move(values));
}

}  // namespace troupe
