#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <troupe/actors/namespace_entry.hpp>

namespace troupe::actors {

/// Decides whether a parent takes a name: goes on (`next()`), or refuses and leaves it to others.
using name_judge = std::function<void(const std::string& name, const value& auth, next)>;
/// The same for names alone, at once: what a pattern does.
using name_test = std::function<bool(const std::string& name)>;

/// A parent of namespaces that are made when a client wants to join them.
struct parent_namespace {
  namespace_ptr entry;
  name_judge judge;
  name_test test;  ///< Empty: only `judge` knows.
};

/// The namespaces of one server and the parents that make more on demand. At most `max` at a time
/// besides the parents. Any thread.
class namespaces {
 public:
  using announcement = std::function<void(const namespace_ptr&)>;

  /// `start` gives a new one its broadcaster. `cleans`: a child whose last socket left is retired,
  /// and `emptied` called.
  namespaces(std::size_t max, bool cleans, announcement start, announcement emptied);

  /// The namespace, made on first use, of the parent whose pattern it matches, if there is one.
  /// Throws std::length_error at the bound.
  namespace_ptr open(std::string_view name);
  /// A child of `parent`, unless it is there already. Null at the bound.
  namespace_ptr open_child(std::string_view name, const namespace_ptr& parent);
  /// Null if nobody opened it.
  namespace_ptr find(std::string_view name) const;
  /// For a socket on its way in, which counts from now on until leave(); null if nobody opened it.
  namespace_ptr join(std::string_view name);
  void leave(const namespace_ptr& left);

  namespace_ptr at(std::uint32_t index) const;
  std::vector<namespace_ptr> all() const;
  /// All shards have forgotten a retired one: its index is free.
  void release(const namespace_ptr& retired);

  namespace_ptr add_parent(name_judge judge, name_test test);
  std::shared_ptr<const std::vector<parent_namespace>> parents() const;
  /// Calls `handler` for each namespace made from now on, before a client can join it.
  void on_new(announcement handler);
  /// By outside_operations, of all namespaces there ever were.
  std::uint64_t emits_refused() const noexcept { return emits_refused_->load(); }

 private:
  struct listed {
    namespace_ptr entry;
    bool is_announced = false;
    std::size_t sockets = 0;
  };
  namespace_ptr make(std::string_view name, const namespace_ptr& parent);
  namespace_ptr parent_of(const std::string& name) const;

  const std::size_t max_;
  const bool cleans_;
  const announcement start_;
  const announcement emptied_;
  /// Held while one is made and announced; handlers may make others.
  std::recursive_mutex making_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, listed> by_name_;
  std::vector<namespace_ptr> by_index_;
  std::vector<std::uint32_t> free_;
  std::shared_ptr<const std::vector<parent_namespace>> parents_ =
      std::make_shared<std::vector<parent_namespace>>();
  std::vector<announcement> on_new_;
  const outside_operations::total emits_refused_ = std::make_shared<std::atomic<std::uint64_t>>(0);
};

}  // namespace troupe::actors
