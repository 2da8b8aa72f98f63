#include <troupe/runtime/connection_error.hpp>

namespace troupe {

namespace engineio = protocol::engineio;

std::string_view connection_error::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : context)
    if (key == name) return value;
  return {};
}

namespace runtime {

namespace {

std::string number_of(engineio::revision spoken) {
  return std::to_string(static_cast<int>(spoken));
}

engineio::revision revision_asked(const engineio::request_facts& facts) noexcept {
  return engineio::revision_of(facts.parameters.find("EIO").value_or(""));
}

// check() says only that the request is bad: which of its rules it broke is seen again here.
error_context context_of_bad_request(const engineio::request_facts& facts,
                                     std::string_view transport) {
  if (!engineio::is_header_value(facts.origin))
    return {{"name", "INVALID_ORIGIN"}, {"origin", std::string(facts.origin)}};
  if (!facts.session_transport) return {{"name", "TRANSPORT_HANDSHAKE_ERROR"}};
  const std::string_view previous = engineio::name_of(*facts.session_transport);
  if (transport != previous)
    return {{"name", "TRANSPORT_MISMATCH"},
            {"transport", std::string(transport)},
            {"previousTransport", std::string(previous)}};
  return {{"name", "PROTOCOL_MISMATCH"},
          {"protocol", number_of(revision_asked(facts))},
          {"previousProtocol", number_of(facts.session_revision)}};
}

}  // namespace

error_context context_of(engineio::request_errc code, const engineio::request_facts& facts) {
  using engineio::request_errc;
  const auto parameter = [&](std::string_view name) {
    return std::string(facts.parameters.find(name).value_or(""));
  };
  switch (code) {
    case request_errc::transport_unknown:
      return {{"transport", parameter("transport")}};
    case request_errc::session_unknown:
      return {{"sid", parameter("sid")}};
    case request_errc::bad_handshake_method:
      return {{"method", std::string(facts.method)}};
    case request_errc::bad_request:
      return context_of_bad_request(facts, parameter("transport"));
    case request_errc::unsupported_version:
      return {{"protocol", number_of(revision_asked(facts))}};
    case request_errc::forbidden:
      return {};
  }
  return {};
}

}  // namespace runtime
}  // namespace troupe
