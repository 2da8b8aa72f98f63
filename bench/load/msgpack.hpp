#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Packets of socket.io-msgpack-parser, as far as the generator sends and knows them: the map
// {type, data, nsp} in MessagePack, its members in this order, the one that servers use.
namespace load::msgpack {

/// A string of at most 65,535 bytes; its header alone.
void append_text(std::string& to, std::string_view text);
void append_text_header(std::string& to, std::size_t size);

/// What asks to join a namespace.
std::string connect_packet(std::string_view nsp);
/// What an answer to that begins with.
std::string_view connected_head();

/// An event with one text is head, text, end.
std::string event_head(std::string_view name, std::size_t text_size);
std::string event_end(std::string_view nsp);

}  // namespace load::msgpack
