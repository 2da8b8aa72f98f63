#include <tests/catch.hpp>

#include <troupe/harness/pipe.hpp>

using namespace std::chrono_literals;
using namespace troupe::harness;

namespace {

/// A pipe with one toxic, in a time of its own.
struct piped {
  explicit piped(fault kind, std::map<std::string, double, std::less<>> attributes = {}) {
    set->kind = kind;
    set->attributes = std::move(attributes);
    between.poison(set, now);
  }
  std::string take() {
    std::string taken;
    last = between.take(taken, now);
    return taken;
  }
  std::string take_at(std::chrono::milliseconds later) {
    now += later;
    return take();
  }

  time_point now{1h};
  dice random{1};
  std::shared_ptr<toxic> set = std::make_shared<toxic>();
  troupe::harness::pipe between{random, direction::upstream};
  troupe::harness::pipe::ending last = troupe::harness::pipe::ending::none;
};

}  // namespace

TEST_CASE("latency delays bytes and keeps their order") {
  piped p(fault::latency, {{"latency", 100}, {"jitter", 90}});
  for (char c = 'a'; c <= 'j'; ++c) p.between.push(std::string(1, c), p.now);
  CHECK(p.take_at(9ms).empty());
  CHECK(p.take_at(2s) == "abcdefghij");
  CHECK(p.set->count->fired == 1);
}

TEST_CASE("bandwidth lets so many bytes pass in a second") {
  piped p(fault::bandwidth, {{"rate", 1}});
  p.between.push(std::string(3000, 'x'), p.now);
  const auto first = p.take_at(1s).size();
  CHECK(first >= 900);
  CHECK(first <= 1000);
  CHECK(first + p.take_at(2s).size() == 3000);
}

TEST_CASE("a slicer cuts, down to one byte") {
  piped p(fault::slicer, {{"average_size", 1}, {"delay", 1000}});
  p.between.push("abc", p.now);
  CHECK(p.take_at(1ms) == "a");
  CHECK(p.take_at(1ms) == "b");
  CHECK(p.take_at(1ms) == "c");
}

TEST_CASE("reset_peer and limit_data end behind so many bytes") {
  piped reset(fault::reset_peer, {{"after_bytes", 17}});
  reset.between.push(std::string(30, 'x'), reset.now);
  CHECK(reset.take().size() == 17);
  CHECK(reset.last == troupe::harness::pipe::ending::reset);
  piped limited(fault::limit_data, {{"bytes", 5}});
  limited.between.push("abc", limited.now);
  CHECK(limited.take() == "abc");
  CHECK(limited.last == troupe::harness::pipe::ending::none);
  limited.between.push("defg", limited.now);
  CHECK(limited.take() == "de");
  CHECK(limited.last == troupe::harness::pipe::ending::end);
}

TEST_CASE("a partition holds everything until it is healed") {
  piped p(fault::partition);
  p.between.push("kept", p.now);
  CHECK(p.take_at(1h).empty());
  CHECK(p.between.due(p.now) == time_point::max());
  p.between.cure_all(p.now);
  CHECK(p.take() == "kept");
}

TEST_CASE("a timeout drops everything and closes in the end") {
  piped p(fault::timeout, {{"timeout", 500}});
  p.between.push("lost", p.now);
  CHECK(p.take_at(499ms).empty());
  CHECK(p.last == troupe::harness::pipe::ending::none);
  CHECK(p.take_at(1ms).empty());
  CHECK(p.last == troupe::harness::pipe::ending::end);
}

TEST_CASE("slow_close tells of the end late") {
  piped p(fault::slow_close, {{"delay", 300}});
  p.between.push("last", p.now);
  p.between.finish(pipe::ending::end, p.now);
  CHECK(p.take() == "last");
  CHECK(p.last == troupe::harness::pipe::ending::none);
  p.take_at(300ms);
  CHECK(p.last == troupe::harness::pipe::ending::end);
}
