#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <type_traits>

namespace troupe::protocol {

/// What the codecs and state machines refuse. Values are stable only within a process.
enum class errc {
  bad_packet_type = 1,   ///< unknown or empty packet type
  bad_payload,           ///< payload kind not allowed for this packet type
  bad_json,              ///< not JSON (RFC 8259)
  bad_utf8,              ///< text that is not UTF-8
  bad_base64,            ///< binary polling message that is not padded base64
  bad_namespace,         ///< malformed namespace
  bad_ack_id,            ///< ack id past 64 bits
  bad_event_name,        ///< missing, not a string or number, or reserved
  bad_attachments,       ///< count missing, zero, or a placeholder out of range
  unexpected_text,       ///< text while attachments are awaited
  unexpected_binary,     ///< binary while no attachments are awaited
  unexpected_packet,     ///< a packet that this state or direction does not allow
  packet_too_large,      ///< over limits::payload_bytes_max
  json_too_deep,         ///< over limits::json_depth_max
  too_many_arguments,    ///< over limits::arguments_max
  too_many_attachments,  ///< over limits::attachments_max
  namespace_too_long,    ///< over limits::namespace_bytes_max
  timed_out,             ///< attachments did not arrive in time
};

/// Groups to compare an error_code with: `ec == condition::malformed`.
enum class condition {
  malformed = 1,   ///< the peer broke the protocol
  limit_exceeded,  ///< the peer went over a limit
};

const boost::system::error_category& error_category() noexcept;
const boost::system::error_category& condition_category() noexcept;
boost::system::error_code make_error_code(errc value) noexcept;
boost::system::error_condition make_error_condition(condition value) noexcept;

template <class T>
using result = boost::system::result<T>;

}  // namespace troupe::protocol

template <>
struct boost::system::is_error_code_enum<troupe::protocol::errc> : std::true_type {};
template <>
struct boost::system::is_error_condition_enum<troupe::protocol::condition> : std::true_type {};
