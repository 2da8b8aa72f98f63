#include <troupe/protocol/socketio/value.hpp>

#include <algorithm>

namespace troupe {

argument_writer::argument_writer(std::optional<std::string_view> event,
                                 std::span<const value> values) {
  texts_.reserve(values.size() + 1);
  if (event) {
    auto name = std::make_unique<std::string>();
    protocol::json::append_string(*name, *event);
    texts_.push_back(*name);
    written_.push_back(std::move(name));
  }
  for (const value& argument : values) add(argument);
}

void argument_writer::add(const value& argument) {
  const std::string_view text = argument.json_;
  std::unique_ptr<std::string> renumbered;
  std::size_t copied = 0;
  if (!argument.attachments_.empty()) {
    for (const protocol::json::placeholder& found : protocol::json::find_placeholders(text)) {
      const std::size_t number = number_of(argument.attachments_[found.number]);
      if (number == found.number) continue;
      if (!renumbered) renumbered = std::make_unique<std::string>();
      renumbered->append(text.substr(copied, found.offset - copied));
      renumbered->append("{\"_placeholder\":true,\"num\":").append(std::to_string(number));
      renumbered->push_back('}');
      copied = found.offset + found.size;
    }
  }
  if (!renumbered) {
    texts_.push_back(text);
    return;
  }
  renumbered->append(text.substr(copied));
  texts_.push_back(*renumbered);
  written_.push_back(std::move(renumbered));
}

// Where `attachment` stands in the list. One that is meant twice is sent once: a small packet that
// names a large attachment a thousand times must not become a large one.
std::size_t argument_writer::number_of(const std::string& attachment) {
  const auto found =
      std::find_if(attachments_.begin(), attachments_.end(), [&](std::string_view listed) {
        return listed.data() == attachment.data() && listed.size() == attachment.size();
      });
  const auto number = static_cast<std::size_t>(found - attachments_.begin());
  if (found == attachments_.end()) attachments_.push_back(attachment);
  return number;
}

}  // namespace troupe
