#include <troupe/protocol/engineio/jsonp.hpp>

#include <troupe/protocol/engineio/request.hpp>
#include <troupe/protocol/json.hpp>

#include <algorithm>
#include <iterator>

namespace troupe::protocol::engineio {
namespace {

// In JSON, but until ECMAScript 2019 not in a JavaScript string: U+2028 and U+2029.
void append_without_separators(std::string& out, std::string_view json) {
  constexpr std::string_view start = "\xe2\x80";
  for (;;) {
    const std::size_t at = std::min(json.find(start), json.size());
    out += json.substr(0, at);
    json.remove_prefix(at);
    if (json.empty()) return;
    const std::string_view sequence = json.substr(0, 3);
    if (sequence == "\xe2\x80\xa8")
      out += "\\u2028";
    else if (sequence == "\xe2\x80\xa9")
      out += "\\u2029";
    else
      out += sequence;
    json.remove_prefix(sequence.size());
  }
}

}  // namespace

std::string jsonp_response(std::string_view index, std::string_view payload) {
  std::string script = "___eio[";
  std::copy_if(index.begin(), index.end(), std::back_inserter(script),
               [](char c) { return c >= '0' && c <= '9'; });
  script += "](";
  std::string text;
  json::append_string(text, payload);
  append_without_separators(script, text);
  return script + ");";
}

std::optional<std::string> jsonp_payload(std::string_view body) {
  const query form = parse_query(body);
  if (form.is_cut) return std::nullopt;
  const std::string* field = nullptr;
  for (const auto& [name, value] : form.parameters) {
    if (name != "d") continue;
    if (field != nullptr) return std::nullopt;
    field = &value;
  }
  if (field == nullptr) return std::nullopt;
  std::string payload;
  payload.reserve(field->size());
  for (std::size_t i = 0; i < field->size(); ++i) {
    const std::string_view rest = std::string_view(*field).substr(i);
    if (rest.substr(0, 3) == "\\\\n") {
      payload += "\\n";
      i += 2;
    } else if (rest.substr(0, 2) == "\\n") {
      payload += '\n';
      i += 1;
    } else {
      payload += rest.front();
    }
  }
  return payload;
}

}  // namespace troupe::protocol::engineio
