#include <troupe/harness/pipe.hpp>

#include <algorithm>

namespace troupe::harness {

namespace {

using std::chrono::duration_cast;

time_point::duration milliseconds_of(double count) {
  return duration_cast<time_point::duration>(std::chrono::duration<double, std::milli>(count));
}

double rate_of(const toxic& what) {  // Bytes a second.
  return std::max(0.001, what.attribute("rate", 1)) * 1000;
}

bool limits_rate(fault kind) {
  return kind == fault::bandwidth || kind == fault::slow_reader || kind == fault::slow_writer;
}

bool blocks(fault kind) {
  return kind == fault::partition || kind == fault::half_open || kind == fault::timeout;
}

}  // namespace

void pipe::poison(toxic_ptr what, time_point now) {
  if (what->stream != direction::both && what->stream != way_) return;
  if (!random_.chance(what->toxicity)) return;
  active added{std::move(what), now};
  const toxic& one = *added.what;
  const bool after_bytes = one.attributes.contains("after_bytes");
  toxics_.push_back(std::move(added));
  if (one.kind == fault::half_close) {
    strike(toxics_.back());
    finish(ending::end, now);
  } else if (one.kind == fault::reset_peer && !after_bytes) {
    strike(toxics_.back());
    pieces_.push_back({now + milliseconds_of(one.attribute("timeout", 0)), {}, ending::reset});
    finished_ = true;
  } else if (one.kind == fault::timeout && one.attribute("timeout", 1000) > 0) {
    strike(toxics_.back());
    const auto due = now + milliseconds_of(one.attribute("timeout", 1000));
    pieces_.push_back({due, {}, ending::end});
    finished_ = true;
  }
}

void pipe::cure(const toxic* what, time_point now) {
  std::erase_if(toxics_, [&](const active& one) { return one.what.get() == what; });
  for (piece& one : pieces_) one.due = std::min(one.due, now);
  last_due_ = std::min(last_due_, now);  // What comes next has not to wait for what they delayed.
}

void pipe::cure_all(time_point now) {
  toxics_.clear();
  for (piece& one : pieces_) one.due = std::min(one.due, now);
  last_due_ = std::min(last_due_, now);  // What comes next has not to wait for what they delayed.
}

void pipe::strike(active& one) {
  if (!std::exchange(one.counted, true)) ++one.what->count->fired;
}

void pipe::push(std::string_view bytes, time_point now) {
  expire(now);
  while (!bytes.empty() && !finished_) {
    const std::size_t size = piece_size(bytes.size());
    add(bytes.substr(0, size), now);
    bytes.remove_prefix(size);
  }
}

// How many of the next bytes go together.
std::size_t pipe::piece_size(std::size_t left) {
  std::size_t size = left;
  for (active& one : toxics_) {
    if (one.what->kind == fault::slicer) {
      const double average = std::max(1.0, one.what->attribute("average_size", 1));
      const double variation = one.what->attribute("size_variation", 0);
      const auto spread = static_cast<std::uint64_t>(2 * variation) + 1;
      const double drawn = average - variation + static_cast<double>(random_.below(spread));
      size = std::min(size, static_cast<std::size_t>(std::max(1.0, drawn)));
      if (size < left) strike(one);
    } else if (limits_rate(one.what->kind)) {
      // A tenth of a second's worth.
      size = std::min(size,
                      std::max<std::size_t>(1, static_cast<std::size_t>(rate_of(*one.what) / 10)));
    }
  }
  return size;
}

void pipe::add(std::string_view bytes, time_point now) {
  const std::size_t passing = limit(bytes.size());
  const time_point due = delay(passing, std::max(now, last_due_));
  last_due_ = due;
  held_ += passing;
  if (passing != 0) pieces_.push_back({due, std::string(bytes.substr(0, passing)), ending::none});
  for (active& one : toxics_) {
    const bool resets =
        one.what->kind == fault::reset_peer && one.what->attributes.contains("after_bytes");
    if (!resets && one.what->kind != fault::limit_data) continue;
    const double most = one.what->attribute(resets ? "after_bytes" : "bytes", 0);
    if (one.bytes < most || finished_) continue;
    strike(one);
    pieces_.push_back({due, {}, resets ? ending::reset : ending::end});
    finished_ = true;
  }
}

// How many of `bytes` may pass the toxics that count.
std::size_t pipe::limit(std::size_t bytes) {
  for (const active& one : toxics_) {
    const bool resets =
        one.what->kind == fault::reset_peer && one.what->attributes.contains("after_bytes");
    if (!resets && one.what->kind != fault::limit_data) continue;
    const double left = one.what->attribute(resets ? "after_bytes" : "bytes", 0) - one.bytes;
    bytes = std::min(bytes, static_cast<std::size_t>(std::max(0.0, left)));
  }
  for (active& one : toxics_) one.bytes += static_cast<double>(bytes);
  return bytes;
}

time_point pipe::delay(std::size_t bytes, time_point due) {
  for (active& one : toxics_) {
    const toxic& what = *one.what;
    if (what.kind == fault::latency) {
      strike(one);
      const double jitter = what.attribute("jitter", 0);
      const double drawn = jitter * (static_cast<double>(random_.below(2001)) / 1000 - 1);
      due += milliseconds_of(std::max(0.0, what.attribute("latency", 1000) + drawn));
    } else if (limits_rate(what.kind)) {
      strike(one);
      const auto needed = milliseconds_of(static_cast<double>(bytes) * 1000 / rate_of(what));
      one.busy_until = std::max(one.busy_until, due) + needed;
      due = one.busy_until;
    } else if (what.kind == fault::slicer) {
      due += milliseconds_of(what.attribute("delay", 0) / 1000);
    } else if (blocks(what.kind)) {
      strike(one);
    }
  }
  return due;
}

void pipe::finish(ending how, time_point now) {
  if (std::exchange(finished_, true)) return;
  expire(now);
  time_point due = how == ending::reset ? now : std::max(now, last_due_);
  for (active& one : toxics_) {
    if (one.what->kind == fault::slow_close) {
      strike(one);
      due += milliseconds_of(one.what->attribute("delay", 1000));
    } else if (blocks(one.what->kind)) {
      strike(one);
    }
  }
  pieces_.push_back({due, {}, how});
}

void pipe::expire(time_point now) {
  std::vector<const toxic*> over;
  for (const active& one : toxics_)
    if (one.what->until <= now) over.push_back(one.what.get());
  for (const toxic* one : over) cure(one, now);
}

bool pipe::is_blocked() const {
  return std::any_of(toxics_.begin(), toxics_.end(),
                     [](const active& one) { return blocks(one.what->kind); });
}

time_point pipe::due(time_point now) const {
  time_point next = time_point::max();
  if (!pieces_.empty()) {
    // Behind a blockade only the timeout's own end comes.
    if (!is_blocked())
      next = pieces_.front().due;
    else if (pieces_.back().how != ending::none && toxics_.back().what->kind == fault::timeout)
      next = pieces_.back().due;
  }
  for (const active& one : toxics_) next = std::min(next, one.what->until);
  return std::max(next, now);
}

pipe::ending pipe::take(std::string& into, time_point now) {
  expire(now);
  if (is_blocked()) {
    if (pieces_.empty() || pieces_.back().due > now || pieces_.back().how == ending::none ||
        toxics_.back().what->kind != fault::timeout)
      return ending::none;
    const ending how = pieces_.back().how;
    pieces_.clear();
    held_ = 0;
    return how;
  }
  while (!pieces_.empty() && pieces_.front().due <= now) {
    const piece arrived = std::move(pieces_.front());
    pieces_.pop_front();
    held_ -= arrived.bytes.size();
    into += arrived.bytes;
    if (arrived.how == ending::none) continue;
    pieces_.clear();
    held_ = 0;
    return arrived.how;
  }
  return ending::none;
}

}  // namespace troupe::harness
