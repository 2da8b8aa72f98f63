#pragma once

#include <functional>
#include <mutex>
#include <utility>

namespace troupe::actors {

/// What several shards bring together for one caller. Whoever still has something to bring holds a
/// reference; the last that lets go hands the whole over, once, whatever befell the others. Any
/// thread.
template <class Whole>
class collection {
 public:
  /// `deliver` must not throw; it runs on the thread of the last reference.
  collection(Whole begun, std::function<void(Whole&&)> deliver)
      : whole_(std::move(begun)), deliver_(std::move(deliver)) {}
  ~collection() { deliver_(std::move(whole_)); }
  collection(const collection&) = delete;
  collection& operator=(const collection&) = delete;

  /// Calls `change(whole)`, nobody else doing so at the same time.
  template <class Change>
  void bring(Change change) {
    const std::lock_guard lock(mutex_);
    change(whole_);
  }

 private:
  std::mutex mutex_;
  Whole whole_;
  const std::function<void(Whole&&)> deliver_;
};

}  // namespace troupe::actors
