#include <troupe/actors/event.hpp>

namespace troupe {

std::string event::name() const {
  const std::string_view literal = packet_->view().arguments.front();
  return literal.front() == '"' ? protocol::json::unescape(literal) : std::string(literal);
}

value event::at(std::size_t index) const {
  return index < size() ? value::from_packet(packet_, packet_->view().arguments[index + 1])
                        : value();
}

arguments event::all() const {
  arguments values;
  values.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) values.push_back(at(i));
  return values;
}

std::string text_of(const mismatch& wrong) {
  std::string text = "argument " + std::to_string(wrong.index) + wrong.where.path;
  return text.append(": expected ").append(wrong.where.expected);
}

}  // namespace troupe
