#include <troupe/actors/next.hpp>

namespace troupe {

void next::operator()() const {
  state_->proceed();
}

void next::refuse(std::string_view message, const value& data) const {
  state_->refuse(std::string(message), data);
}

}  // namespace troupe
