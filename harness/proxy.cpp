#include <troupe/harness/proxy.hpp>

#include <algorithm>
#include <charconv>

#include <troupe/harness/proxy_connection.hpp>

namespace troupe::harness {

using boost::asio::ip::tcp;
using boost::system::error_code;

std::pair<std::string, std::string> host_and_port(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == address.npos) return {std::string(address), "0"};
  std::string host(address.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {host.empty() ? "127.0.0.1" : host, std::string(address.substr(colon + 1))};
}

bool is_address(std::string_view address, unsigned least) {
  const auto colon = address.rfind(':');
  if (colon == address.npos) return false;
  const std::string_view port = address.substr(colon + 1);
  unsigned number = 0;
  const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), number);
  return failure == std::errc() && end == port.data() + port.size() && number >= least &&
         number <= 65535;
}

/// Sets and takes away toxics at the times of a scenario's rules.
class fault_proxy::schedule {
 public:
  schedule(fault_proxy& home, const scenario& what) : home_(home) {
    for (const fault_rule& rule : what.rules)
      if (describe(rule.kind).in_proxy) wait(rule, std::chrono::steady_clock::now() + rule.at);
  }

 private:
  /// Calls `then` at `due`, unless this is gone by then.
  template <class Then>
  void at(time_point due, Then then) {
    const auto timer = std::make_shared<boost::asio::steady_timer>(home_.loop_, due);
    timer->async_wait([timer, alive = std::weak_ptr(alive_), then](error_code) {
      if (!alive.expired()) then();
    });
  }
  void wait(const fault_rule& rule, time_point due) {
    at(due, [this, rule, due] {
      strike(rule);
      if (rule.every) wait(rule, due + *rule.every);
    });
  }
  void strike(const fault_rule& rule) {
    if (rule.kind == fault::heal) return home_.remove_all();
    auto set = std::make_shared<toxic>();
    set->kind = rule.kind;
    set->name = std::string(describe(rule.kind).name) + "_" + std::to_string(++count_);
    set->stream = rule.stream;
    set->toxicity = rule.probability;
    set->attributes = rule.attributes;
    home_.add(set);
    // What strikes the connections that there are is done; what goes on ends after its time.
    if (rule.lasts == milliseconds(0) && !rule.every && rule.kind != fault::reset_peer) return;
    at(std::chrono::steady_clock::now() + rule.lasts,
       [this, name = set->name] { home_.remove(name); });
  }

  fault_proxy& home_;
  std::size_t count_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

fault_proxy::fault_proxy(boost::asio::io_context& loop, proxy_options how)
    : loop_(loop), options_(std::move(how)), random_(options_.seed, "proxy"), acceptor_(loop) {}

fault_proxy::~fault_proxy() {
  disable();
}

error_code fault_proxy::enable() {
  if (acceptor_.is_open()) return {};
  const auto [host, port] = host_and_port(options_.listen);
  error_code failure;
  tcp::resolver resolver(loop_);
  const auto found = resolver.resolve(host, port, tcp::resolver::passive, failure);
  if (failure) return failure;
  const tcp::endpoint where = found.begin()->endpoint();
  acceptor_.open(where.protocol(), failure);
  if (!failure) acceptor_.set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure) acceptor_.bind(where, failure);
  if (!failure) acceptor_.listen(boost::asio::socket_base::max_listen_connections, failure);
  if (failure) {
    error_code ignored;
    acceptor_.close(ignored);
    return failure;
  }
  // Enabled again, it has the port that it had.
  bound_ = host + ":" + std::to_string(acceptor_.local_endpoint().port());
  options_.listen = bound_;
  accept();
  return {};
}

std::string fault_proxy::listen() const {
  return bound_.empty() ? options_.listen : bound_;
}

void fault_proxy::disable() {
  error_code ignored;
  acceptor_.close(ignored);
  const auto all = connections_;
  for (const auto& one : all) one->cut();
}

void fault_proxy::play(const scenario& what) {
  schedule_ = std::make_unique<schedule>(*this, what);
}

void fault_proxy::accept() {
  acceptor_.async_accept([this](error_code error, tcp::socket client) {
    if (error == boost::asio::error::operation_aborted || !acceptor_.is_open()) return;
    if (!error && connections_.size() < options_.connections_max) {
      connections_.push_back(std::make_shared<connection>(*this, std::move(client)));
      const auto opened = connections_.back();
      is_down() ? opened->cut() : opened->start();
    }
    accept();
  });
}

bool fault_proxy::is_down() {
  return std::any_of(toxics_.begin(), toxics_.end(), [](const toxic_ptr& one) {
    if (one->kind == fault::down) ++one->count->fired;
    return one->kind == fault::down;
  });
}

void fault_proxy::on_upstream(error_code failure) {
  if (failure && !was_unreachable_ && options_.log)
    options_.log(options_.upstream + ": " + failure.message());
  was_unreachable_ = static_cast<bool>(failure);
}

bool fault_proxy::strikes(fault kind) {
  for (const toxic_ptr& one : toxics_) {
    if (one->kind != kind || !random_.chance(one->toxicity)) continue;
    ++one->count->fired;
    return true;
  }
  return false;
}

void fault_proxy::add(toxic_ptr what) {
  ++what->count->armed;
  toxics_.push_back(what);
  const auto all = connections_;
  for (const auto& one : all) what->kind == fault::down ? one->cut() : one->poison(what);
}

bool fault_proxy::remove(std::string_view name) {
  const auto found = std::find_if(toxics_.begin(), toxics_.end(),
                                  [&](const toxic_ptr& one) { return one->name == name; });
  if (found == toxics_.end()) return false;
  const toxic_ptr removed = *found;
  toxics_.erase(found);
  const auto all = connections_;
  for (const auto& one : all) one->cure(removed.get());
  return true;
}

void fault_proxy::remove_all() {
  while (!toxics_.empty()) remove(std::string(toxics_.front()->name));
}

void fault_proxy::forget(const connection* which) {
  std::erase_if(connections_, [&](const auto& listed) { return listed.get() == which; });
}

}  // namespace troupe::harness
