#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <troupe/actors/connection_actor.hpp>

namespace troupe::actors {

/// The client of this server whose handler this thread runs, or null.
inline connection_actor* caller(const directory& shared) noexcept {
  connection_actor* here = connection_actor::current();
  return here != nullptr && &here->home().shared() == &shared ? here : nullptr;
}

/// `handler` as something that may be called on any thread, once: given within a client's handler,
/// it is brought to that client's actor (and not called when that has ended); else it runs where it
/// is called. What it throws is logged and counted. Empty stays empty.
template <class Result>
std::function<void(Result&&)> where_given(directory& shared,
                                          std::function<void(Result&&)> handler) {
  if (!handler) return {};
  auto quietly = [&shared, handler = std::move(handler)](Result&& result) {
    shared.call("handler of an answer", [&] { handler(std::move(result)); });
  };
  connection_actor* here = caller(shared);
  if (here == nullptr) return quietly;
  return [owner = here->self(), quietly = std::move(quietly)](Result&& result) {
    auto kept = std::make_shared<Result>(std::move(result));
    connection_actor::in(owner, [quietly, kept](connection_actor&) { quietly(std::move(*kept)); });
  };
}

}  // namespace troupe::actors
