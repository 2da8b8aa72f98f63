#include <tests/catch.hpp>

#include <troupe/protocol/error.hpp>

using namespace troupe::protocol;

TEST_CASE("every protocol error has a message and belongs to one group") {
  for (int i = static_cast<int>(errc::bad_packet_type); i <= static_cast<int>(errc::timed_out);
       ++i) {
    const auto error = make_error_code(static_cast<errc>(i));
    CHECK_FALSE(error.message().empty());
    CHECK(error.message() != "unknown protocol error");
    CHECK((error == condition::malformed) != (error == condition::limit_exceeded));
  }
}

TEST_CASE("limits are told from malformed input") {
  CHECK(make_error_code(errc::json_too_deep) == condition::limit_exceeded);
  CHECK(make_error_code(errc::bad_json) == condition::malformed);
  CHECK(make_error_code(errc::bad_json) != condition::limit_exceeded);
}
