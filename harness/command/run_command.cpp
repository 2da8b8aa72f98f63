#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>

#include <troupe/harness/command/commands.hpp>
#include <troupe/harness/real_run.hpp>
#include <troupe/harness/report.hpp>
#include <troupe/harness/run.hpp>

namespace troupe::harness {

namespace {

struct run_settings {
  std::string scenario_file;
  std::uint64_t seed = 0;  // 0: not said.
  std::uint64_t seeds = 1;
  double minutes = 0;
  std::string report = "text";
  std::string output;
  std::string timeline_file;
  std::string against;
  bool on_sockets = false;
  bool shrinks = true;
  bool keeps_going = false;
  bool fails_every_operation = false;
  bool is_verbose = false;
};

scenario read_scenario(const std::string& file) {
  return file.empty() || file == "standard" ? standard_scenario() : scenario_from_file(file);
}

void write(const std::string& file, const std::string& text) {
  std::ofstream to(file, std::ios::binary);
  if (!(to << text)) throw std::runtime_error("cannot write " + file);
}

volatile std::sig_atomic_t running_seed = 0;

/// An assertion of the server's ends the process: the seed must be told all the same.
void on_abort(int) {
  char text[] = "troupe-fault: died in seed            \n";
  char* at = text + sizeof text - 3;
  for (auto left = static_cast<unsigned>(running_seed); left != 0; left /= 10)
    *at-- = static_cast<char>('0' + left % 10);
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, sizeof text - 1);
}

/// Runs seeds and puts their results together.
class session {
 public:
  session(const run_settings& settings, const run_options& how)
      : settings_(settings),
        options_(how),
        scenario_(read_scenario(settings.scenario_file)),
        all_events_(how) {
    if (const std::string flaw = flaw_of(scenario_); !flaw.empty())
      throw std::runtime_error(settings.scenario_file + ": " + flaw);
    if (!settings.against.empty()) where_ = server_address_from(settings.against);
    all_events_.kept_events = 4000;
  }

  int go() {
    std::signal(SIGABRT, on_abort);
    std::uint64_t seed = settings_.seed;
    if (seed == 0) seed = settings_.minutes > 0 ? std::random_device{}() : 1;
    const auto begun = std::chrono::steady_clock::now();
    const auto elapsed = [&] {
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    };
    const auto is_time_left = [&] {
      return settings_.minutes > 0 ? elapsed() < settings_.minutes * 60 : ran_ < settings_.seeds;
    };
    for (; is_time_left() && (broken_ == 0 || settings_.keeps_going); ++seed) one_seed(seed);
    finish(elapsed());
    return broken_ == 0 ? 0 : 1;
  }

 private:
  bool is_simulated() const { return settings_.against.empty() && !settings_.on_sockets; }

  void one_seed(std::uint64_t seed) {
    running_seed = static_cast<std::sig_atomic_t>(seed);
    if (settings_.fails_every_operation) {
      const auto seen = [&](const run_result& result) {
        take(result);
        return broken_ == 0 || settings_.keeps_going;
      };
      ran_ += fail_every_operation(scenario_, seed, seen, options_);
      return;
    }
    ++ran_;
    // What is not repeatable keeps its events for the timeline.
    const run_options& how = settings_.timeline_file.empty() ? options_ : all_events_;
    if (!settings_.against.empty())
      take(run_against(where_, scenario_, seed, how));
    else
      take(settings_.on_sockets ? run_on_sockets(scenario_, seed, how)
                                : run(scenario_, seed, options_));
  }

  void take(const run_result& result) {
    for (const rule_outcome& one : result.faults) {
      armed_ += one.count.armed != 0 ? 1 : 0;
      fired_ += one.count.fired != 0 ? 1 : 0;
    }
    hash_ = hash_ * 31 + result.hash;
    if (settings_.is_verbose) std::fputs(text_report(result).c_str(), stderr);
    if (!result.broken) {
      if (settings_.report != "text") results_.push_back(result);
      last_ = result;
      return;
    }
    ++broken_;
    run_result smallest = settings_.shrinks && is_simulated() ? shrink(result, options_) : result;
    draw(smallest);
    if (settings_.report == "text") tell(text_report(smallest) + "\n");
    results_.push_back(std::move(smallest));
  }

  void draw(const run_result& result) {
    if (settings_.timeline_file.empty()) return;
    // A simulated run is a function of its seed: once more, with all its events.
    write(settings_.timeline_file,
          timeline(is_simulated() ? run(result.played, result.seed, all_events_) : result));
  }

  void tell(const std::string& text) {
    if (settings_.output.empty())
      std::fputs(text.c_str(), stdout);
    else
      told_ += text;
  }

  void finish(double seconds) {
    if (broken_ == 0) draw(last_);
    if (settings_.report == "json") tell(json_report(results_));
    if (settings_.report == "junit") tell(junit_report(results_));
    if (settings_.report == "text" && broken_ == 0 && !settings_.output.empty())
      tell(text_report(last_));
    if (!settings_.output.empty()) write(settings_.output, told_);
    std::fprintf(stderr,
                 "%llu runs in %.1f s (%.0f a second), %llu violated; of %llu faults armed %llu "
                 "fired; traces %s\n",
                 static_cast<unsigned long long>(ran_), seconds,
                 static_cast<double>(ran_) / std::max(seconds, 0.001),
                 static_cast<unsigned long long>(broken_), static_cast<unsigned long long>(armed_),
                 static_cast<unsigned long long>(fired_), hash_text(hash_).c_str());
  }

  const run_settings& settings_;
  const run_options& options_;
  scenario scenario_;
  server_address where_;
  run_options all_events_;
  std::string told_;
  std::uint64_t ran_ = 0, broken_ = 0, armed_ = 0, fired_ = 0, hash_ = 0;
  std::vector<run_result> results_;
  run_result last_;
};

}  // namespace

command add_run(CLI::App& to, const run_options& how) {
  const auto settings = std::make_shared<run_settings>();
  to.add_option("--scenario", settings->scenario_file, "a JSON file; none: the standard mix");
  constexpr auto most = std::numeric_limits<std::uint32_t>::max();
  to.add_option("--seed", settings->seed, "the first seed (1; with --minutes a random one)")
      ->check(CLI::PositiveNumber);
  auto* seeds = to.add_option("--seeds", settings->seeds, "so many, one after the other")
                    ->check(CLI::Range(std::uint32_t{1}, most));
  to.add_option("--minutes", settings->minutes, "seed after seed, for so long")
      ->check(CLI::PositiveNumber)
      ->excludes(seeds);
  auto* against = to.add_option("--against", settings->against,
                                "HOST:PORT or http://HOST:PORT/PATH of a server that serves the "
                                "application, in real time");
  auto* sockets = to.add_flag("--sockets", settings->on_sockets,
                              "a server of our own in this process, on real sockets, in real time")
                      ->excludes(against);
  to.add_option("--report", settings->report, "text, json or junit")
      ->check(CLI::IsMember({"text", "json", "junit"}));
  to.add_option("--output", settings->output, "where the report goes; none: standard output");
  to.add_option("--timeline", settings->timeline_file,
                "a page of the violated run, or of the last one");
  to.add_flag("!--no-shrink", settings->shrinks, "tell the scenario as it was");
  to.add_flag("--keep-going", settings->keeps_going, "past the first violation");
  to.add_flag("--every-operation", settings->fails_every_operation,
              "fail the n-th read or write of the server, for every n")
      ->excludes(against)
      ->excludes(sockets);
  to.add_flag("--verbose", settings->is_verbose, "tell of every seed, on standard error");
  return [settings, &how] { return session(*settings, how).go(); };
}

}  // namespace troupe::harness
