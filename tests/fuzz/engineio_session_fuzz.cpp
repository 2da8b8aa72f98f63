// A session under any order of requests, packets, times and closing hosts keeps its promises.
#include <tests/fuzz/require.hpp>

#include <troupe/protocol/engineio/session.hpp>

#include <algorithm>
#include <string>

namespace {

using namespace troupe::protocol::engineio;
using troupe::fuzz::require;

class bytes_reader {
 public:
  explicit bytes_reader(std::string_view bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(bytes_[0]);
    bytes_.remove_prefix(1);
    return value;
  }
  std::string_view text(std::size_t size) {
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view bytes_;
};

class checking_host final : public session::host {
 public:
  void on_message(std::string_view, bool) override {
    called();
    require(tested->is_open(), "messages come while the session is open");
    maybe_close();
  }
  void on_send(std::string_view packet) override {
    called();
    require(!packet.empty(), "no empty packet is sent");
    has_queued_ = true;
    maybe_close();
  }
  void on_flush_poll() override {
    called();
    require(has_queued_, "something is queued when a GET is answered");
    require(tested->is_poll_pending() && tested->is_writable(), "a GET is there to be answered");
    has_queued_ = false;
    if (answers_at_once) tested->poll_answered();
    maybe_close();
  }
  bool has_queued() const override { return has_queued_; }
  void on_probe_send(std::string_view) override {
    called();
    require(is_probing, "a probe is there to be answered");
    maybe_close();
  }
  void on_probe_close() override {
    called();
    require(is_probing, "a probe is there to be closed");
    is_probing = false;
    maybe_close();
  }
  void on_upgraded() override {
    called();
    require(is_probing, "a probe is there to become the transport");
    require(tested->transport() == transport_kind::websocket, "the transport has changed");
    is_probing = false;
    maybe_close();
  }
  void on_closed(close_reason) override {
    called();
    require(!is_probing, "the probe is closed before the session");
    require(!tested->is_open() && !tested->is_poll_pending(), "nothing is left open");
    is_closed = true;
    tested->close(now);
  }

  session* tested = nullptr;
  time_point now{};
  bool is_probing = false;
  bool is_closed = false;
  bool answers_at_once = false;
  unsigned calls_to_close = 0;  // The host closes the session in this call from now; 0: never.

 private:
  void called() { require(!is_closed, "nothing is called after on_closed, which comes once"); }
  void maybe_close() {
    if (calls_to_close > 0 && --calls_to_close == 0) tested->close(now);
  }

  bool has_queued_ = false;
};

void step(session& tested, checking_host& host, bytes_reader& input) {
  const std::uint8_t choice = input.byte();
  const std::uint8_t detail = input.byte();
  switch (choice % 12) {
    case 0:
      host.now += milliseconds(detail * 200);
      break;
    case 1:
      host.now = std::max(host.now, std::min(tested.deadline(), host.now + milliseconds(60'000)));
      break;
    case 2:
      tested.poll(host.now);
      break;
    case 3:
      if (tested.is_poll_pending()) tested.poll_answered();
      break;
    case 4:
      tested.poll_aborted(host.now);
      break;
    case 5:
      tested.post(input.text(detail % 32), detail >= 250, host.now);
      break;
    case 6:
      tested.websocket_message(input.text(detail % 8), detail >= 250, host.now);
      break;
    case 7:
      tested.websocket_closed(detail % 2 == 0, host.now);
      break;
    case 8:
      if (tested.probe_opened(host.now)) {
        require(!host.is_probing, "one probe at a time");
        host.is_probing = true;
      }
      break;
    case 9:
      if (host.is_probing) {
        const std::string_view usual = detail % 2 == 0 ? "2probe" : "5";
        tested.probe_message(detail < 200 ? usual : input.text(detail % 8), false, host.now);
      }
      break;
    case 10:
      if (host.is_probing) {
        host.is_probing = false;
        tested.probe_closed(host.now);
      }
      break;
    case 11:
      if (detail < 128) {
        host.calls_to_close = detail % 4;
      } else {
        tested.close(host.now);
      }
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  bytes_reader input(troupe::fuzz::text_of(bytes, size));
  const std::uint8_t setup = input.byte();
  session_options options;
  options.allow_upgrades = setup % 16 != 1;
  checking_host host;
  host.answers_at_once = setup % 4 >= 2;
  session tested("sid", setup % 2 == 0 ? transport_kind::polling : transport_kind::websocket,
                 options, host, setup >= 128 ? revision::v3 : revision::v4);
  host.tested = &tested;
  tested.open(host.now);
  while (!input.empty()) {
    step(tested, host, input);
    tested.advance(host.now);
    require(tested.deadline() > host.now, "what is due was done");
    require(host.is_probing == tested.is_upgrading(), "both know of the probe");
    if (host.is_closed) {
      require(tested.deadline() == time_point::max(), "a closed session waits for nothing");
      require(!tested.is_writable(), "a closed session writes nothing");
    } else {
      require(tested.deadline() < time_point::max(), "a session that lives has a deadline");
    }
  }
  // Silence ends every session.
  for (int i = 0; i < 1000 && !host.is_closed; ++i) {
    host.now = tested.deadline();
    tested.advance(host.now);
  }
  require(host.is_closed, "on_closed comes");
  return 0;
}
