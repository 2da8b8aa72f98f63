#include <troupe/harness/run.hpp>

#include <algorithm>

#include <troupe/harness/world.hpp>

namespace troupe::harness {

namespace {

/// Tries smaller scenarios, and keeps those that break the same guarantee.
class shrinker {
 public:
  shrinker(const run_result& broken, const run_options& how, std::size_t runs_max)
      : best_(broken), options_(how), runs_left_(runs_max) {}

  run_result shrink() {
    while (drop_rules() || drop_clients() || drop_time() || drop_shards()) {
    }
    return best_;
  }

 private:
  bool keeps(scenario smaller) {
    if (runs_left_ == 0) return false;
    --runs_left_;
    run_result tried = run(smaller, best_.seed, options_);
    if (!tried.broken || tried.broken->invariant != best_.broken->invariant) return false;
    best_ = std::move(tried);
    return true;
  }

  // What names clients that are gone, or a time that is over, goes too.
  static void fit(scenario& smaller) {
    std::erase_if(smaller.rules, [&](fault_rule& rule) {
      const bool names = !rule.clients.empty();
      std::erase_if(rule.clients, [&](unsigned one) { return one >= smaller.clients; });
      return (names && rule.clients.empty()) || rule.at >= smaller.duration;
    });
  }

  // Halves first, then one by one.
  bool drop_rules() {
    bool did = false;
    for (std::size_t part = best_.played.rules.size(); part > 0; part /= 2) {
      for (std::size_t from = 0; from < best_.played.rules.size();) {
        scenario smaller = best_.played;
        const auto begin = smaller.rules.begin() + static_cast<std::ptrdiff_t>(from);
        const auto end =
            begin + static_cast<std::ptrdiff_t>(std::min(part, smaller.rules.size() - from));
        smaller.rules.erase(begin, end);
        if (keeps(std::move(smaller)))
          did = true;
        else
          from += part;
      }
    }
    return did;
  }

  bool drop_clients() {
    scenario smaller = best_.played;
    if (smaller.clients <= 2) return false;
    --smaller.clients;
    fit(smaller);
    return keeps(std::move(smaller));
  }

  bool drop_time() {
    scenario smaller = best_.played;
    if (smaller.duration < milliseconds(500)) return false;
    smaller.duration /= 2;
    fit(smaller);
    return keeps(std::move(smaller));
  }

  bool drop_shards() {
    scenario smaller = best_.played;
    if (smaller.shards == 1) return false;
    smaller.shards = 1;
    return keeps(std::move(smaller));
  }

  run_result best_;
  const run_options& options_;
  std::size_t runs_left_;
};

}  // namespace

run_result shrink(const run_result& broken, const run_options& how, std::size_t runs_max) {
  return shrinker(broken, how, runs_max).shrink();
}

std::size_t fail_every_operation(scenario what, std::uint64_t seed,
                                 const std::function<bool(const run_result&)>& seen,
                                 const run_options& how) {
  what = expanded(std::move(what), seed);
  for (std::size_t n = 1;; ++n) {
    scenario one = what;
    one.at(milliseconds(0)).inflict(fault::failed_operation, {{"n", static_cast<double>(n)}});
    const run_result result = run(one, seed, how);
    const bool was_reached = result.faults.back().count.fired != 0;
    if (!seen(result) || !was_reached) return n;
  }
}

}  // namespace troupe::harness
