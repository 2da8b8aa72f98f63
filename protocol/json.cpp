#include <troupe/protocol/json.hpp>

#include <troupe/protocol/json_nesting.hpp>
#include <troupe/protocol/json_placeholder.hpp>

#include <cstring>
#include <limits>

namespace troupe::protocol::json {
namespace {

bool is_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_hex(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_string_special(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// Whether one of the eight bytes ends a run inside a string: a quote, a backslash or a control
// character. May say yes for a byte above one that does, never no for one that does.
bool has_string_special(std::uint64_t word) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t highs = 0x8080808080808080U;
  const auto zero_bytes = [](std::uint64_t v) { return (v - ones) & ~v & highs; };
  const std::uint64_t controls = (word - ones * 0x20) & ~word & highs;
  return (controls | zero_bytes(word ^ (ones * '"')) | zero_bytes(word ^ (ones * '\\'))) != 0;
}

class scanner {
 public:
  scanner(std::string_view text, const scan_limits& bounds, bool find_placeholders)
      : begin_(text.data()),
        at_(begin_),
        end_(begin_ + text.size()),
        bounds_(bounds),
        find_(find_placeholders) {}

  result<scan_result> run() {
    skip_space();
    if (at_ == end_) return errc::bad_json;
    found_.type = kind_of({at_, 1});
    if (!document()) return error_;
    skip_space();
    if (at_ != end_) return errc::bad_json;
    return std::move(found_);
  }

 private:
  enum class step : std::uint8_t { opened, done, failed };

  bool document() {
    for (;;) {
      if (open_.depth() == 1) element_ = at_;
      const step taken = value();
      if (taken == step::failed) return false;
      if (taken == step::opened) continue;
      if (!close_containers()) return false;
      if (open_.depth() == 0) return true;
    }
  }

  // Behind a value: closes what ends here and moves to the next value, if there is one.
  bool close_containers() {
    while (open_.depth() > 0) {
      if (open_.depth() == 1 && !add_element()) return false;
      skip_space();
      if (at_ == end_) return fail(errc::bad_json);
      const char c = *at_++;
      if (c == ',') {
        skip_space();
        return !open_.is_object() || key();
      }
      if (c != (open_.is_object() ? '}' : ']')) return fail(errc::bad_json);
      close();
    }
    return true;
  }

  step value() {
    if (at_ == end_) return failed(errc::bad_json);
    const char c = *at_;
    if (find_ && open_.depth() > 0 && open_.is_object()) objects_.back().value_starts(c);
    switch (c) {
      case '{':
      case '[':
        return open(c == '{');
      case '"':
        return string() ? step::done : step::failed;
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        return number() ? step::done : step::failed;
    }
  }

  step open(bool is_object) {
    if (open_.depth() == bounds_.depth_max) return failed(errc::json_too_deep);
    if (find_ && is_object) objects_.push_back({offset(), found_.placeholders.size()});
    if (open_.depth() == 0 && !is_object) found_.elements.reserve(4);
    open_.push(is_object);
    ++at_;
    skip_space();
    if (at_ == end_) return failed(errc::bad_json);
    if (*at_ == (is_object ? '}' : ']')) {
      ++at_;
      close();
      return step::done;
    }
    return !is_object || key() ? step::opened : step::failed;
  }

  void close() {
    if (find_ && open_.is_object()) {
      const open_object& object = objects_.back();
      if (object.is_placeholder) {
        // It stands for an attachment as a whole: placeholders inside mean nothing.
        found_.placeholders.resize(object.placeholders_before);
        found_.placeholders.push_back({object.offset, offset() - object.offset, object.number});
      }
      objects_.pop_back();
    }
    open_.pop();
  }

  // `"key" :` and the space around, up to the value.
  bool key() {
    const char* const from = at_;
    if (at_ == end_ || *at_ != '"') return fail(errc::bad_json);
    if (!string()) return false;
    if (find_) objects_.back().current = open_object::key_of(slice(from));
    skip_space();
    if (at_ == end_ || *at_ != ':') return fail(errc::bad_json);
    ++at_;
    skip_space();
    return true;
  }

  bool add_element() {
    if (open_.is_object()) return true;
    if (found_.elements.size() == bounds_.elements_max) return fail(errc::too_many_arguments);
    found_.elements.push_back(slice(element_));
    return true;
  }

  bool string() {
    ++at_;
    for (;;) {
      while (end_ - at_ >= 8) {
        std::uint64_t word;
        std::memcpy(&word, at_, sizeof word);
        if (has_string_special(word)) break;
        at_ += sizeof word;
      }
      while (at_ != end_ && !is_string_special(*at_)) ++at_;
      if (at_ == end_) return fail(errc::bad_json);
      const char c = *at_++;
      if (c == '"') return true;
      if (c != '\\' || !escape()) return fail(errc::bad_json);
    }
  }

  bool escape() noexcept {
    if (at_ == end_) return false;
    const char letter = *at_++;
    if (letter != 'u') return std::string_view("\"\\/bfnrt").find(letter) != std::string_view::npos;
    if (end_ - at_ < 4) return false;
    for (int i = 0; i < 4; ++i) {
      if (!is_hex(*at_++)) return false;
    }
    return true;
  }

  step literal(std::string_view word) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) {
      return failed(errc::bad_json);
    }
    at_ += word.size();
    return step::done;
  }

  bool number() {
    const char* const from = at_;
    if (*at_ == '-') ++at_;
    if (at_ != end_ && *at_ == '0') {
      ++at_;
    } else if (!digits()) {
      return fail(errc::bad_json);
    }
    if (at_ != end_ && *at_ == '.') {
      ++at_;
      if (!digits()) return fail(errc::bad_json);
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      if (!digits()) return fail(errc::bad_json);
    }
    if (find_ && open_.depth() > 0 && open_.is_object()) objects_.back().number_ends(slice(from));
    return true;
  }

  bool digits() noexcept {
    const char* const from = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != from;
  }

  void skip_space() noexcept {
    while (at_ != end_ && is_space(*at_)) ++at_;
  }

  std::size_t offset() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
  std::string_view slice(const char* from) const noexcept {
    return {from, static_cast<std::size_t>(at_ - from)};
  }
  bool fail(errc error) noexcept {
    error_ = error;
    return false;
  }
  step failed(errc error) noexcept {
    error_ = error;
    return step::failed;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  const scan_limits& bounds_;
  bool find_;
  nesting open_;
  const char* element_ = nullptr;
  std::vector<open_object> objects_;
  scan_result found_;
  errc error_ = errc::bad_json;
};

}  // namespace

kind kind_of(std::string_view text) noexcept {
  switch (text[0]) {
    case '{':
      return kind::object;
    case '[':
      return kind::array;
    case '"':
      return kind::string;
    case 't':
    case 'f':
      return kind::boolean;
    case 'n':
      return kind::null;
    default:
      return kind::number;
  }
}

result<scan_result> scan(std::string_view text, const scan_limits& bounds, bool find_placeholders) {
  auto found = scanner(text, bounds, find_placeholders).run();
  if (!found) return found.error();
  for (const placeholder& p : found->placeholders) {
    if (p.number == open_object::no_number) return errc::bad_attachments;
  }
  return found;
}

std::vector<placeholder> find_placeholders(std::string_view text, std::size_t attachments) {
  constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();
  auto scanned = scanner(text, {unbounded, unbounded}, true).run();
  if (!scanned) return {};
  std::erase_if(scanned->placeholders,
                [&](const placeholder& found) { return found.number >= attachments; });
  return std::move(scanned->placeholders);
}

}  // namespace troupe::protocol::json
