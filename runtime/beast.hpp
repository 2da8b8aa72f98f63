#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/system_error.hpp>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/runtime/foreign_connection.hpp>
#include <troupe/runtime/server.hpp>

namespace troupe {

/// What server::attach() takes, from a Boost.Beast HTTP server: `socket` (an Asio stream socket, as
/// beast::tcp_stream::release_socket() gives), the request that was read of it, and the buffer that
/// it was read into, where bytes of the next may be. For requests below options::path:
///
///     if (request.target().starts_with("/socket.io/"))
///       return io.attach(troupe::from_beast(stream.release_socket(), std::move(request), buffer));
///
/// Throws boost::system::system_error if the socket cannot be released.
template <class Socket, class Fields, class Buffer>
foreign_connection from_beast(
    Socket socket, boost::beast::http::request<boost::beast::http::string_body, Fields>&& request,
    const Buffer& buffer) {
  const auto text = [](const auto& view) { return std::string(view.data(), view.size()); };
  transport::header_fields fields;
  for (const auto& field : request) fields.add(text(field.name_string()), text(field.value()));
  const std::string target = text(request.target());
  foreign_connection made;
  made.request = make_request(text(request.method_string()), target, request.version() == 11,
                              std::move(fields), std::move(request.body()));
  made.unread = boost::beast::buffers_to_string(buffer.data());
  boost::system::error_code failure;
  made.descriptor = socket.release(failure);
  if (failure) throw boost::system::system_error(failure);
  return made;
}

}  // namespace troupe
