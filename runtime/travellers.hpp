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

/// A request whose session lives on another shard, with its connection.
class moved_request final : public actors::incoming {
 public:
  moved_request(std::unique_ptr<transport::stream> bytes, std::string unread,
                transport::http_request request, bool last, loop_list loops)
      : bytes_(std::move(bytes)),
        unread_(std::move(unread)),
        request_(std::move(request)),
        last_(last),
        loops_(loops) {}

  void leave_for(unsigned shard) override;
  void arrive(actors::shard_context& at) override;

 private:
  std::unique_ptr<transport::stream> bytes_;
  std::string unread_;
  transport::http_request request_;
  bool last_;
  loop_list loops_;
};

}  // namespace troupe::runtime
