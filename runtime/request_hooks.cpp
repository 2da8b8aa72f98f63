#include <troupe/runtime/request_hooks.hpp>

#include <troupe/runtime/hook_call.hpp>

namespace troupe {

void hook_reply::proceed(std::string text, std::any context) const {
  call_->answer({runtime::hook_answer::verdict::proceed, std::move(text), 200, std::move(context)});
}

void hook_reply::refuse(std::string message) const {
  call_->answer({runtime::hook_answer::verdict::refuse, std::move(message), 200});
}

void engine_response::end(unsigned status, std::string body) {
  call_.answer({runtime::hook_answer::verdict::end, std::move(body), status});
}

}  // namespace troupe
