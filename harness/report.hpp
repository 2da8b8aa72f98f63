#pragma once

#include <span>
#include <string>

#include <troupe/harness/run.hpp>

namespace troupe::harness {

/// One result for a reader: seed, hash, the broken guarantee, the events before it, the faults
/// with how often each was armed and fired, the scenario.
std::string text_report(const run_result& result);
/// The same for programs.
std::string json_report(std::span<const run_result> results);
/// JUnit's XML: a test case a seed.
std::string junit_report(std::span<const run_result> results);
/// One self-contained HTML page: whom it happened to as lanes, messages as arrows, faults marked.
std::string timeline(const run_result& result);
/// "17:04.250137", of a time since the run began.
std::string clock_text(std::chrono::microseconds time);
/// 16 hexadecimal digits.
std::string hash_text(std::uint64_t hash);

}  // namespace troupe::harness
