#pragma once

#include <string>
#include <string_view>

#include <troupe/actors/directory.hpp>
#include <troupe/actors/link.hpp>
#include <troupe/protocol/socketio/value.hpp>

// Where clients of Socket.IO's protocol revision 4 (socket.io-client 1 and 2) differ from those of
// revision 5. Source: socket.io "Client", "Socket" with `allowEIO3`.

namespace troupe::actors {

/// The id that a client of revision 4 takes for its socket: the session's, with the namespace's
/// name before it unless it is "/".
std::string v4_sid(const link& session, const namespace_entry& nsp);
/// Its auth payload: the query behind the namespace in its CONNECT ("/admin?token=x"), as a JSON
/// object of strings.
value v4_auth(std::string_view nsp);
/// The auth payload of revision 5: the CONNECT's payload, `{}` without, which all such share; null
/// if it cannot be read.
value v5_auth(std::string_view payload);

}  // namespace troupe::actors
