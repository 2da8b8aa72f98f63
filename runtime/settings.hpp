#pragma once

#include <troupe/actors/options.hpp>
#include <troupe/runtime/shard.hpp>
#include <troupe/transport/listener_options.hpp>

namespace troupe::runtime {

/// What a user's options mean for the shards, defaults filled in; the loops are the caller's to
/// add.
shard_settings settings_from(options user);
/// Where a user's options say to listen.
transport::listener_options listener_options_from(const options& user);
/// What of it the actors need.
actors::actor_options actor_options_from(const shard_settings& settings);

}  // namespace troupe::runtime
