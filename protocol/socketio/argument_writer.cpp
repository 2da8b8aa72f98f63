#include <troupe/protocol/socketio/value.hpp>

#include <algorithm>

namespace troupe {

namespace json = protocol::json;

argument_writer::argument_writer(std::optional<std::string_view> event,
                                 std::span<const value> values) {
  texts_.reserve(values.size() + 1);
  if (event) {
    std::string name;
    json::append_string(name, *event);
    texts_.push_back(keep(std::move(name)));
  }
  bool may_be_binary = false;
  for (const value& argument : values) {
    texts_.push_back(argument.json_);
    may_be_binary = may_be_binary || !argument.attachments_.empty();
  }
  if (may_be_binary) number(values);
}

// Beside attachments, what only looks like a placeholder must not look like one: it would be taken
// for somebody else's attachment, or for one that does not exist, which ends the receiver.
void argument_writer::number(std::span<const value> values) {
  const std::span texts = std::span(texts_).last(values.size());
  std::vector<std::size_t> plain;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::span attachments = values[i].attachments_;
    const auto found = attachments.empty() ? std::vector<json::placeholder>()
                                           : json::find_placeholders(texts[i], attachments.size());
    if (found.empty())
      plain.push_back(i);
    else
      texts[i] = numbered(texts[i], found, attachments);
  }
  if (attachments_.empty()) return;
  for (const std::size_t i : plain) {
    if (!json::has_placeholder_mark(texts[i])) continue;
    std::string unmarked;
    json::append_without_marks(unmarked, texts[i]);
    texts[i] = keep(std::move(unmarked));
  }
}

// `text` with the numbers that its attachments have in the list; itself if it has them already.
std::string_view argument_writer::numbered(std::string_view text,
                                           std::span<const json::placeholder> placeholders,
                                           std::span<const std::string> attachments) {
  std::string written;
  std::size_t done = 0;
  bool is_same = true;
  const auto go_on_to = [&](std::size_t end) {
    const std::string_view between = text.substr(done, end - done);
    is_same = is_same && !json::has_placeholder_mark(between);
    json::append_without_marks(written, between);
  };
  for (const json::placeholder& found : placeholders) {
    go_on_to(found.offset);
    const std::size_t number = number_of(attachments[found.number]);
    is_same = is_same && number == found.number;
    written.append("{\"_placeholder\":true,\"num\":").append(std::to_string(number)).push_back('}');
    done = found.offset + found.size;
  }
  go_on_to(text.size());
  return is_same ? text : keep(std::move(written));
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

std::string_view argument_writer::keep(std::string text) {
  written_.push_back(std::make_unique<std::string>(std::move(text)));
  return *written_.back();
}

}  // namespace troupe
