#include <troupe/transport/deflate.hpp>

#include <algorithm>

#include <troupe/transport/http_framing.hpp>

namespace troupe::transport {

namespace {

constexpr int window_bits_least = 9;  // zlib's; the protocol's is 8.
constexpr int window_bits_most = 15;
constexpr std::size_t offers_max = 16;  // Looked at; the first that can be fulfilled is taken.

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes what is before `separator` off the front of `text`. A quoted string has neither of the
// separators in any parameter of this extension.
std::string_view take(std::string_view& text, char separator) noexcept {
  const auto end = text.find(separator);
  const std::string_view taken = text.substr(0, end);
  text = end == text.npos ? std::string_view() : text.substr(end + 1);
  return trimmed(taken);
}

// "8" to "15", maybe quoted; 0 for anything else.
int window_bits(std::string_view text) noexcept {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  if (text == "8" || text == "9") return text.front() - '0';
  const bool has_two_digits =
      text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5';
  return has_two_digits ? 10 + text[1] - '0' : 0;
}

struct offer {
  bool is_good = true;
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  int server_bits = 0;  // 0: not named.
  int client_bits = 0;  // 0: not named; as many as there are if without a value.
};

// Each parameter once, and none that is not known.
offer read_offer(std::string_view parameters) noexcept {
  offer read;
  while (!parameters.empty()) {
    std::string_view value = take(parameters, ';');
    const std::string_view name = take(value, '=');
    const bool has_value = !value.empty();
    value = trimmed(value);
    if (name == "server_no_context_takeover") {
      read.is_good &= !has_value && !std::exchange(read.server_no_context_takeover, true);
    } else if (name == "client_no_context_takeover") {
      read.is_good &= !has_value && !std::exchange(read.client_no_context_takeover, true);
    } else if (name == "server_max_window_bits") {
      read.is_good &= std::exchange(read.server_bits, window_bits(value)) == 0;
      read.is_good &= read.server_bits >= window_bits_least;
    } else if (name == "client_max_window_bits") {
      read.is_good &=
          std::exchange(read.client_bits, has_value ? window_bits(value) : window_bits_most) == 0;
      read.is_good &= read.client_bits != 0;
    } else {
      read.is_good = false;
    }
  }
  return read;
}

deflate_agreement agree(const offer& to, const deflate_options& options, std::string& answer) {
  deflate_agreement made;
  answer = "permessage-deflate";
  made.server_takes_over = !options.server_no_context_takeover && !to.server_no_context_takeover;
  if (!made.server_takes_over) answer += "; server_no_context_takeover";
  made.client_takes_over = !options.client_no_context_takeover && !to.client_no_context_takeover;
  if (!made.client_takes_over) answer += "; client_no_context_takeover";
  made.server_window_bits =
      std::clamp(options.server_max_window_bits, window_bits_least, window_bits_most);
  if (to.server_bits != 0)
    made.server_window_bits = std::min(made.server_window_bits, to.server_bits);
  if (to.server_bits != 0 || made.server_window_bits < window_bits_most)
    answer += "; server_max_window_bits=" + std::to_string(made.server_window_bits);
  const int wanted =
      std::clamp(options.client_max_window_bits, window_bits_least, window_bits_most);
  if (to.client_bits != 0 && std::min(wanted, to.client_bits) < window_bits_most) {
    // One that offers 8 keeps to it by itself; our side reads that with a larger window.
    made.client_window_bits = std::max(window_bits_least, std::min(wanted, to.client_bits));
    answer += "; client_max_window_bits=" + std::to_string(std::min(wanted, to.client_bits));
  }
  return made;
}

}  // namespace

std::optional<deflate_agreement> negotiate_deflate(const http_request& request,
                                                   const deflate_options& options,
                                                   header_fields& response) {
  std::size_t looked_at = 0;
  for (const auto& [name, text] : request.fields.all()) {
    if (!is_same_token(name, "Sec-WebSocket-Extensions")) continue;
    std::string_view offers = text;
    while (!offers.empty() && looked_at++ < offers_max) {
      std::string_view parameters = take(offers, ',');
      if (take(parameters, ';') != "permessage-deflate") continue;
      const offer read = read_offer(parameters);
      if (!read.is_good) continue;
      std::string answer;
      const deflate_agreement made = agree(read, options, answer);
      response.add("Sec-WebSocket-Extensions", std::move(answer));
      return made;
    }
  }
  return std::nullopt;
}

}  // namespace troupe::transport
