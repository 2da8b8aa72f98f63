#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include <troupe/harness/fault.hpp>

namespace troupe::harness {

/// Faults that wait for their chance: a client's next ping, the next handler that is called.
class armed_faults {
 public:
  void arm(fault kind, std::shared_ptr<fault_count> count) {
    ++count->armed;
    armed_.push_back({kind, std::move(count)});
  }
  /// The chance is there: true once for each that was armed.
  bool strikes(fault kind) {
    const auto found = std::find_if(armed_.begin(), armed_.end(),
                                    [&](const entry& listed) { return listed.kind == kind; });
    if (found == armed_.end()) return false;
    ++found->count->fired;
    armed_.erase(found);
    return true;
  }
  void heal() { armed_.clear(); }

 private:
  struct entry {
    fault kind;
    std::shared_ptr<fault_count> count;
  };
  std::vector<entry> armed_;
};

}  // namespace troupe::harness
