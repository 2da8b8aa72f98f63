#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <troupe/actors/messages.hpp>
#include <troupe/transport/http.hpp>
#include <troupe/transport/stream.hpp>

// What moves between shards, inside a message to the arm of the one that it is for.

namespace troupe::runtime {

/// The loops of all shards, by shard.
using loop_list = std::span<boost::asio::io_context* const>;

/// A connection just accepted.
class new_connection final : public actors::incoming {
 public:
  new_connection(std::unique_ptr<transport::stream> bytes, loop_list loops)
      : bytes_(std::move(bytes)), loops_(loops) {}

  void leave_for(unsigned shard) override;
  void arrive(actors::shard_context& at) override;

 private:
  std::unique_ptr<transport::stream> bytes_;
  loop_list loops_;
};

/// A request on its way to the shard of its session.
struct moving_request {
  transport::http_request request;
  bool last = false;                ///< Its connection ends behind it.
  std::string new_sid;              ///< Of the session that it is to open there.
  transport::header_fields fields;  ///< That its response gets besides its own.
};

/// The same with its connection.
class moved_request final : public actors::incoming {
 public:
  moved_request(std::unique_ptr<transport::stream> bytes, std::string unread, moving_request what,
                loop_list loops)
      : bytes_(std::move(bytes)),
        unread_(std::move(unread)),
        what_(std::move(what)),
        loops_(loops) {}

  void leave_for(unsigned shard) override;
  void arrive(actors::shard_context& at) override;

 private:
  std::unique_ptr<transport::stream> bytes_;
  std::string unread_;
  moving_request what_;
  loop_list loops_;
};

}  // namespace troupe::runtime
