#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <troupe/actors/ack.hpp>
#include <troupe/actors/subscriber_table.hpp>
#include <troupe/protocol/socketio/conversion.hpp>

namespace troupe {

namespace actors {
class directory;
class namespace_entry;
}  // namespace actors

/// Chooses receivers in one namespace and emits to them: `io.to("room").except(id).emit(...)`.
/// Every call gives a new operator; this one stays as it was. Rooms add up (a socket in several
/// gets the event once); a socket's id is a room. Copyable; any thread. What one actor or thread
/// emits arrives in the order emitted.
class broadcast_operator {
 public:
  broadcast_operator(actors::directory& shared, std::shared_ptr<actors::namespace_entry> nsp)
      : directory_(&shared), nsp_(std::move(nsp)) {}

  broadcast_operator to(std::string_view room) const;
  broadcast_operator to(std::span<const std::string> rooms) const;
  broadcast_operator in(std::string_view room) const { return to(room); }
  broadcast_operator except(std::string_view room) const;
  broadcast_operator except(std::span<const std::string> rooms) const;
  /// Not queued for a client that cannot be written to right now.
  broadcast_operator volatile_() const;

  /// Throws std::invalid_argument for a reserved event name.
  template <class... Values>
  void emit(std::string_view event, Values&&... values) const {
    emit_values(event, {conversion<std::decay_t<Values>>::to(values)...});
  }
  /// All arguments as received: relaying them costs no parsing.
  void emit(std::string_view event, const arguments& values) const { emit_values(event, values); }
  void emit(std::string_view event, arguments& values) const { emit_values(event, values); }
  void emit(std::string_view event, arguments&& values) const {
    emit_values(event, std::move(values));
  }

 private:
  void emit_values(std::string_view event, arguments values) const;

  actors::directory* directory_;
  std::shared_ptr<actors::namespace_entry> nsp_;
  actors::target_set targets_;
  bool volatile_flag_ = false;
};

}  // namespace troupe
