#include <tests/catch.hpp>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include <tests/seeds.hpp>
#include <troupe/runtime/write_batch.hpp>

using troupe::protocol::frame;
using troupe::protocol::frame_ptr;
using troupe::runtime::write_batch;

namespace {

frame_ptr make(std::string_view text) {
  return std::make_shared<const frame>(text);
}

std::string joined(write_batch& batch, write_batch::node_index at) {
  std::string bytes;
  for (const frame_ptr* one : batch.frames(at)) bytes += (*one)->websocket_bytes();
  return bytes;
}

}  // namespace

TEST_CASE("queues that get the same frames stand at the same node and share one run") {
  write_batch batch;
  const frame_ptr first = make("42[\"a\"]"), second = make("42[\"b\"]");
  auto left = write_batch::root, right = write_batch::root;
  for (const frame_ptr& each : {first, second}) {
    left = batch.append(left, each);
    right = batch.append(right, each);
  }
  CHECK(left == right);
  CHECK(batch.is_shared(left));
  const auto& run = batch.run(left);
  CHECK(run.bytes ==
        std::string(first->websocket_bytes()) + std::string(second->websocket_bytes()));
  CHECK(run.bytes.size() == batch.bytes(left));
  batch.leave(left);
  CHECK(batch.is_shared(right));  // The run that is made serves the last one too.
  CHECK(batch.run(right).bytes.data() == run.bytes.data());
  batch.leave(right);
}

TEST_CASE("a run outlives its batch through its owner") {
  write_batch batch;
  const frame_ptr only = make("42[\"a\"]");
  const auto at = batch.append(write_batch::root, only);
  const write_batch::shared_run run = batch.run(at);
  batch.leave(at);
  batch.clear();
  batch.append(write_batch::root, make("42[\"other\"]"));
  CHECK(run.bytes == only->websocket_bytes());
}

TEST_CASE("queues that diverge have their own frames and no shared run") {
  write_batch batch;
  const frame_ptr both = make("42[\"both\"]"), mine = make("42[\"mine\"]");
  auto left = batch.append(write_batch::root, both);
  auto right = batch.append(write_batch::root, both);
  left = batch.append(left, mine);
  CHECK(left != right);
  CHECK_FALSE(batch.is_shared(left));
  CHECK_FALSE(batch.is_shared(right));
  left = batch.append(left, both);
  right = batch.append(right, both);
  CHECK(left != right);
  CHECK(joined(batch, right) ==
        std::string(both->websocket_bytes()) + std::string(both->websocket_bytes()));
}

TEST_CASE("a queue too large for one run is not shared") {
  write_batch batch;
  const frame_ptr large = make(std::string(300 * 1024, 'x'));
  const auto left = batch.append(write_batch::root, large);
  const auto right = batch.append(write_batch::root, large);
  CHECK(left == right);
  CHECK_FALSE(batch.is_shared(left));
}

TEST_CASE("a write batch holds what each session queued, whatever the others did") {
  troupe::testing::with_seeds(200, [](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    write_batch batch;
    std::vector<frame_ptr> frames;
    for (int i = 0; i < 6; ++i) frames.push_back(make("42[" + std::to_string(i) + "]"));
    for (int turn = 0; turn < 3; ++turn) {
      std::vector<write_batch::node_index> queues(8, write_batch::root);
      std::vector<std::string> model(queues.size());
      for (int step = 0; step < 60; ++step) {
        const frame_ptr& next = frames[random() % frames.size()];
        const bool is_broadcast = random() % 2 == 0;
        const std::size_t chosen = random() % queues.size();
        for (std::size_t i = 0; i < queues.size(); ++i) {
          if (!is_broadcast && i != chosen) continue;
          queues[i] = batch.append(queues[i], next);
          model[i] += next->websocket_bytes();
          REQUIRE(batch.bytes(queues[i]) == model[i].size());
        }
        if (random() % 10 != 0 || queues[chosen] == write_batch::root) continue;
        batch.leave(queues[chosen]);  // Written in the middle of the turn.
        queues[chosen] = write_batch::root;
        model[chosen].clear();
      }
      for (std::size_t i = 0; i < queues.size(); ++i) {
        if (queues[i] == write_batch::root) continue;
        REQUIRE(joined(batch, queues[i]) == model[i]);
        if (batch.is_shared(queues[i])) REQUIRE(batch.run(queues[i]).bytes == model[i]);
        batch.leave(queues[i]);
      }
      batch.clear();
    }
  });
}
