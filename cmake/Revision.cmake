# cmake -DROOT= -DVERSION= -DOUTPUT= -P: writes the source of troupe::harness::revision(), at build
# time; leaves it alone when nothing has changed, so that nothing is compiled again.

set(text "${VERSION}")
execute_process(COMMAND git describe --always --dirty --abbrev=12 --match=
  WORKING_DIRECTORY "${ROOT}" OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE
  RESULT_VARIABLE failed ERROR_QUIET)
if(NOT failed)
  string(APPEND text " (${revision})")
endif()
set(source "#include <troupe/harness/revision.hpp>

namespace troupe::harness {

std::string_view revision() noexcept {
  return \"${text}\";
}

}  // namespace troupe::harness
")
set(old "")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" old)
endif()
if(NOT old STREQUAL source)
  file(WRITE "${OUTPUT}" "${source}")
endif()
