#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include <troupe/protocol/engineio/session_options.hpp>
#include <troupe/runtime/clock.hpp>
#include <troupe/runtime/engine_hooks.hpp>
#include <troupe/runtime/options.hpp>
#include <troupe/runtime/random_source.hpp>
#include <troupe/transport/admission.hpp>
#include <troupe/transport/http.hpp>
#include <troupe/transport/websocket_connection.hpp>

namespace troupe::runtime {

/// What all shards of a server are made from; outlives them.
struct shard_settings {
  options user;
  std::string path;  ///< "/socket.io/"
  protocol::engineio::session_options engine;
  transport::http_options http;
  transport::websocket_options websocket;
  const troupe::clock* clock;
  random_source* random;
  std::shared_ptr<engine_hooks> hooks = std::make_shared<engine_hooks>();
  std::vector<boost::asio::io_context*> loops;                  ///< One a shard.
  std::shared_ptr<transport::admission> connections, sessions;  ///< Those of the whole server.
};

}  // namespace troupe::runtime
