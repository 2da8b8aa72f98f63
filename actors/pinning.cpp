#include <troupe/actors/pinning.hpp>

#include <exception>
#include <string>

namespace troupe::actors {

caf::error error_of(const std::exception_ptr& thrown) {
  std::string what = "unknown exception";
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& known) {
    what = known.what();
  } catch (...) {
  }
  return caf::make_error(caf::sec::runtime_error, std::move(what));
}

}  // namespace troupe::actors
