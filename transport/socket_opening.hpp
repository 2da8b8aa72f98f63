#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <string>

#include <troupe/transport/listener_options.hpp>
#include <troupe/transport/stream.hpp>

namespace troupe::transport {

using socket_endpoint = boost::asio::generic::stream_protocol::endpoint;

/// A bound, listening, non-blocking socket of `options`, or the one that was handed over. Errors:
/// the resolver's and the system's.
result<int> open_listening(const listener_options& options);

/// The address that a socket is bound to.
socket_endpoint local_endpoint(int descriptor) noexcept;

/// "192.0.2.1:4711", "[2001:db8::1]:4711"; an IPv4 peer of an IPv6 socket as IPv4; "unix" for a
/// Unix domain socket's.
std::string to_string(const socket_endpoint& peer);
std::uint16_t port_of(const socket_endpoint& at) noexcept;

}  // namespace troupe::transport
