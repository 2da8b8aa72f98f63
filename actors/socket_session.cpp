#include <troupe/actors/socket_session.hpp>

#include <utility>

#include <troupe/actors/connection_actor.hpp>

namespace troupe::actors {

socket_session::socket_session(socket_state& of)
    : socket_(of), whole_(of.owner.connection()->conn()) {}

socket_session::~socket_session() {
  forget_in(whole_);
}

engine_session::calling socket_session::way() {
  return [here = socket_executor(socket_), under_way = under_way_,
          &count = socket_.owner.home().count()](std::function<void()> work) {
    if (*under_way == calls_max) return count.session_calls_dropped.add();
    ++*under_way;
    here.post([under_way, work = std::move(work)] {
      --*under_way;
      work();
    });
  };
}

}  // namespace troupe::actors
