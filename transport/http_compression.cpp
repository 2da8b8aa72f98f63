#include <troupe/transport/http_compression.hpp>

#include <zlib.h>

#include <algorithm>

#include <troupe/transport/http_framing.hpp>

namespace troupe::transport {

namespace {

/// Takes what stands before `separator` off the front of `text`.
std::string_view take_part(std::string_view& text, char separator) noexcept {
  const auto end = std::min(text.find(separator), text.size());
  const std::string_view part = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

/// A weight ("0.8") in thousandths; 0 for what is none.
int weight_of(std::string_view text) noexcept {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
  int weight = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return 0;
  int unit = 100;
  for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (digit < '0' || digit > '9') return 0;
    weight += (digit - '0') * unit;
    unit /= 10;
  }
  return std::min(weight, 1000);
}

/// How much a client wants one encoding, and where it said so.
struct preference {
  int weight = 0;
  bool is_named = false;  // Not by `*`.
  int position = 0;
};

preference preference_for(std::string_view encoding, std::string_view accepted) noexcept {
  preference found;
  for (int position = 0; !accepted.empty(); ++position) {
    std::string_view parameters = take_part(accepted, ',');
    const std::string_view name = take_part(parameters, ';');
    const bool is_named = is_same_token(name, encoding);
    if (!is_named && name != "*") continue;
    int weight = 1000;
    while (!parameters.empty()) {
      const std::string_view parameter = take_part(parameters, ';');
      if (parameter.substr(0, 2) == "q=") weight = weight_of(parameter.substr(2));
    }
    if (is_named >= found.is_named) found = {weight, is_named, position};
    if (is_named) return found;
  }
  return found;
}

}  // namespace

std::string_view name_of(content_encoding encoding) noexcept {
  return encoding == content_encoding::gzip ? "gzip" : "deflate";
}

std::optional<content_encoding> preferred_encoding(std::string_view accepted) noexcept {
  const preference gzip = preference_for("gzip", accepted);
  const preference deflate = preference_for("deflate", accepted);
  if (gzip.weight == 0 && deflate.weight == 0) return std::nullopt;
  bool is_gzip = gzip.position <= deflate.position;
  if (gzip.is_named != deflate.is_named) is_gzip = gzip.is_named;
  if (gzip.weight != deflate.weight) is_gzip = gzip.weight > deflate.weight;
  return is_gzip ? content_encoding::gzip : content_encoding::deflate;
}

struct http_compressor::deflater {
  z_stream stream{};
  bool is_made = false;
  ~deflater() {
    if (is_made) deflateEnd(&stream);
  }
};

http_compressor::http_compressor(int level) noexcept : level_(level) {}
http_compressor::~http_compressor() = default;

std::optional<std::string> http_compressor::compress(std::string_view body,
                                                     content_encoding encoding) {
  constexpr int window_bits = 15;
  constexpr int gzip_wrapper = 16;
  constexpr int memory_level = 8;
  auto& kept = deflaters_[static_cast<std::size_t>(encoding)];
  if (kept == nullptr) kept = std::make_unique<deflater>();
  z_stream& stream = kept->stream;
  if (kept->is_made) {
    deflateReset(&stream);
  } else {
    const int bits = window_bits + (encoding == content_encoding::gzip ? gzip_wrapper : 0);
    kept->is_made =
        deflateInit2(&stream, level_, Z_DEFLATED, bits, memory_level, Z_DEFAULT_STRATEGY) == Z_OK;
    if (!kept->is_made) return std::nullopt;
  }
  std::string compressed(deflateBound(&stream, static_cast<uLong>(body.size())), '\0');
  // zlib does not write to its input; its interface is older than const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return std::nullopt;
  compressed.resize(compressed.size() - stream.avail_out);
  return compressed;
}

}  // namespace troupe::transport
