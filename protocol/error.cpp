#include <troupe/protocol/error.hpp>

#include <string>

namespace troupe::protocol {
namespace {

std::string message_of(errc value) {
  switch (value) {
    case errc::bad_packet_type:
      return "expected a known packet type";
    case errc::bad_payload:
      return "expected the payload that the packet type wants";
    case errc::bad_json:
      return "expected json";
    case errc::bad_utf8:
      return "expected utf-8 text";
    case errc::bad_base64:
      return "expected padded base64";
    case errc::bad_namespace:
      return "expected a well-formed namespace";
    case errc::bad_ack_id:
      return "expected an ack id of at most 64 bits";
    case errc::bad_event_name:
      return "expected an event name that is not reserved";
    case errc::bad_attachments:
      return "expected placeholders and a count that match";
    case errc::unexpected_text:
      return "expected a binary attachment, not text";
    case errc::unexpected_binary:
      return "expected text, not binary";
    case errc::unexpected_packet:
      return "expected a packet that this state allows";
    case errc::packet_too_large:
      return "expected a smaller packet";
    case errc::json_too_deep:
      return "expected json nested less deeply";
    case errc::too_many_arguments:
      return "expected fewer arguments";
    case errc::too_many_attachments:
      return "expected fewer attachments";
    case errc::namespace_too_long:
      return "expected a shorter namespace";
    case errc::timed_out:
      return "expected the attachments in time";
  }
  return "unknown protocol error";
}

bool is_limit(errc value) {
  switch (value) {
    case errc::packet_too_large:
    case errc::json_too_deep:
    case errc::too_many_arguments:
    case errc::too_many_attachments:
    case errc::namespace_too_long:
    case errc::timed_out:
      return true;
    default:
      return false;
  }
}

// Boost's base class has a protected, not a virtual destructor: nobody deletes a category.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

class error_category_type final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "troupe.protocol"; }
  std::string message(int value) const override { return message_of(static_cast<errc>(value)); }
  boost::system::error_condition default_error_condition(int value) const noexcept override {
    return make_error_condition(is_limit(static_cast<errc>(value)) ? condition::limit_exceeded
                                                                   : condition::malformed);
  }
};

class condition_category_type final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "troupe.protocol.condition"; }
  std::string message(int value) const override {
    return static_cast<condition>(value) == condition::malformed ? "the peer broke the protocol"
                                                                 : "the peer went over a limit";
  }
};

#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& error_category() noexcept {
  static const error_category_type category;
  return category;
}

const boost::system::error_category& condition_category() noexcept {
  static const condition_category_type category;
  return category;
}

boost::system::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), error_category()};
}

boost::system::error_condition make_error_condition(condition value) noexcept {
  return {static_cast<int>(value), condition_category()};
}

}  // namespace troupe::protocol
