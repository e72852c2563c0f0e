#include "apps/lab/report/text_report.hpp"

#include <array>
#include <cstdio>
#include <ostream>

namespace troupe::lab {

namespace {

constexpr auto violations_shown_max = std::size_t{10};

void print_pauses(const run_record& x, std::ostream& out) {
  for (const auto& pause : write_pauses(x))
    out << "  " << to_string(x.strikes[pause.strike]) << ": writes of shard "
        << pause.shard
        << (pause.length ? " go on after " + seconds_text(*pause.length)
                         : std::string{" never go on"})
        << alarm_text(x, pause) << '\n';
}

void print_violations(const run_record& x, std::ostream& out) {
  const auto& found = x.checks.found;
  for (std::size_t i = 0; i < found.size() && i < violations_shown_max; ++i)
    out << to_string(found[i]);
  if (found.size() > violations_shown_max)
    out << found.size() - violations_shown_max << " more are in the page\n";
}

} // namespace

void print_report(const run_record& x, std::ostream& out) {
  const auto& checks = x.checks;
  out << checks.done_count << " operations done, " << checks.refused_count << " refused, "
      << checks.unknown_count << " unknown, on " << checks.key_count << " keys; "
      << checks.undecided_count << " of " << checks.register_count
      << " registers undecided" << app_text(x) << '\n'
      << "without acknowledged writes: " << pauses_text(x) << '\n';
  print_pauses(x, out);
  for (const auto& row : x.usages)
    out << "  " << usage_text(row) << '\n';
  print_violations(x, out);
  out << (checks.found.empty() ? "PASS " : "FAIL ") << x.scenario << " seed " << x.seed
      << ": " << checks.found.size() << " violations\n";
}

std::string seconds_text(duration x) {
  auto text = std::array<char, 32>{};
  static_cast<void>(std::snprintf(
    text.data(), text.size(), "%.3f s", std::chrono::duration<double>(x).count()));
  return text.data();
}

std::string usage_text(const usage_row& x) {
  const auto memory = [](byte_size size) { return std::to_string(size.bytes >> 20U); };
  const auto count
    = [](const node_usage& y) { return std::to_string(y.descriptor_count); };
  return x.node + ": descriptors " + count(x.first) + ", at most " + count(x.most) + ", "
         + count(x.last) + " at the end; memory " + memory(x.first.memory) + ", at most "
         + memory(x.most.memory) + ", " + memory(x.last.memory) + " MiB at the end";
}

std::string alarm_text(const run_record& x, const write_pause& pause) {
  const auto alarm = write_pause_alarm(x.strikes[pause.strike]);
  if (pause.length && *pause.length <= alarm)
    return {};
  return "; ALARM: more than " + seconds_text(alarm);
}

std::string app_text(const run_record& x) {
  return x.app_operations
           ? "; " + std::to_string(*x.app_operations) + " operations of the app"
           : std::string{};
}

std::string pauses_text(const run_record& x) {
  auto lengths = std::vector<duration>{};
  for (const auto& pause : write_pauses(x))
    lengths.push_back(pause.length.value_or(x.ended - x.strikes[pause.strike].begun));
  if (lengths.empty())
    return "no fault has struck";
  return "p50 " + seconds_text(quantile(lengths, 0.5)) + ", max "
         + seconds_text(quantile(lengths, 1)) + ", after "
         + std::to_string(lengths.size()) + " faults";
}

} // namespace troupe::lab
