#include <troupe/runtime/attach.hpp>

#include <utility>

#include <troupe/runtime/shard.hpp>
#include <troupe/transport/http_framing.hpp>

namespace troupe {

transport::http_request make_request(std::string method, std::string_view target, bool is_http_1_1,
                                     transport::header_fields fields, std::string body) {
  transport::http_request made;
  made.method = std::move(method);
  made.fields = std::move(fields);
  made.body = std::move(body);
  transport::assign_target(made, target);
  transport::detect_upgrade(made, is_http_1_1);
  return made;
}

}  // namespace troupe

namespace troupe::runtime {

void attached_connection::leave_for(unsigned shard) {
  if (from_.bytes->move_to(*loops_[shard])) from_.bytes.reset();
}

void attached_connection::arrive(actors::shard_context& at) {
  auto& home = static_cast<class shard&>(at);
  if (from_.bytes == nullptr || !home.admit_connection(*from_.bytes)) return;
  if (!from_.request) return home.adopt(std::move(from_.bytes), std::move(from_.unread));
  home.count().connections_accepted.add();
  home.adopt(std::move(from_.bytes), std::move(from_.unread),
             moving_request{*std::move(from_.request), !from_.keep_alive, {}, {}});
}

}  // namespace troupe::runtime
