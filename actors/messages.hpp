#pragma once

// Every message between the runtime's actors, in one place, because CAF must see how a type is
// declared before its first use. None of them leaves the process.

#include <troupe/actors/broadcaster_messages.hpp>
#include <troupe/actors/caf.hpp>
#include <troupe/actors/client_messages.hpp>
#include <troupe/actors/recovery_messages.hpp>
#include <troupe/actors/server_messages.hpp>
#include <troupe/actors/shard_messages.hpp>

#define TROUPE_MESSAGES(apply)                                                                     \
  apply(accepted) apply(start_listening) apply(stop_listening) apply(session_opened)               \
      apply(broadcaster_added) apply(subscriber_added) apply(stop_server) apply(attached)          \
          apply(client_data) apply(link_closed) apply(wake) apply(shut_down) apply(call)           \
              apply(subscribe) apply(unsubscribe) apply(change_rooms) apply(publish) apply(direct) \
                  apply(member_operation) apply(table_operation) apply(namespace_emptied)          \
                      apply(namespace_forgotten) apply(namespace_retired) apply(pass_on) apply(    \
                          rooms_watched) apply(passed_on) apply(stop_shard) apply(resubscribe)     \
                          apply(taken) apply(adopt) apply(attach_client) apply(forget)             \
                              apply(broadcaster_restarted) apply(table_subscribe)                  \
                                  apply(table_unsubscribe) apply(table_change_rooms)               \
                                      apply(table_direct) apply(fanout) apply(claim_socket)        \
                                          apply(socket_claimed) apply(socket_ended)                \
                                              apply(superseded) apply(port_added)                  \
                                                  apply(subscriber_took) apply(client_answered)    \
                                                      apply(drain_server) apply(drain_shard)       \
                                                          apply(end)

#define TROUPE_UNSAFE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::name)
TROUPE_MESSAGES(TROUPE_UNSAFE)
#undef TROUPE_UNSAFE

#if TROUPE_CAF_1X
#define TROUPE_TYPE_ID(name) CAF_ADD_TYPE_ID(troupe_runtime, (troupe::actors::name))
CAF_BEGIN_TYPE_ID_BLOCK(troupe_runtime, TROUPE_FIRST_TYPE_ID + 16)
TROUPE_MESSAGES(TROUPE_TYPE_ID)
CAF_END_TYPE_ID_BLOCK(troupe_runtime)
#undef TROUPE_TYPE_ID
#endif
