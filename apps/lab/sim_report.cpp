#include "apps/lab/sim_report.hpp"

#include "apps/build_words.hpp"
#include "apps/lab/words.hpp"

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <set>

namespace troupe::lab {

namespace {

std::string counts_of(const std::map<std::string, std::uint64_t>& counts) {
  auto words = std::vector<std::string>{};
  for (const auto& [name, count] : counts)
    words.push_back(name + " " + std::to_string(count));
  return words.empty() ? "none" : join(words, ", ");
}

double seconds_of(duration x) { return std::chrono::duration<double>(x).count(); }

std::string rounded(double x, int digits) {
  char text[64]; // NOLINT(*-avoid-c-arrays): for snprintf
  static_cast<void>(std::snprintf(text, sizeof text, "%.*f", digits, x));
  return text;
}

} // namespace

void sim_totals::add(const sim_result& x) {
  ++seed_count;
  failed_count += x.violations.empty() ? 0 : 1;
  event_count += x.event_count;
  acked_count += x.acked_count;
  election_count += x.election_count;
  crash_count += x.crash_count;
  simulated += x.simulated;
  for (const auto& [kind, count] : x.faults)
    faults[kind] += count;
  for (const auto& [name, count] : x.counters)
    counters[name] += count;
  auto kinds = std::set<std::string>{};
  for (const auto& fault : x.plan)
    kinds.insert(fault.kind);
  for (const auto& kind : kinds)
    ++planned[kind];
}

void refuse_idle_run(const sim_request& request, sim_result& x) {
  if (!request.until && x.violations.empty() && x.acked_count == 0)
    x.violations.emplace_back("vacuous: no operation was acknowledged");
}

std::vector<std::string>
faults_that_never_struck(const sim_options& options, const sim_totals& totals) {
  const auto& request = options.request;
  if (request.until || request.kept)
    return {};
  const auto enough = request.plan ? 1 : runs_for_every_fault;
  auto due = std::set<std::string>{};
  for (const auto& [kind, run_count] : totals.planned)
    if (run_count >= enough)
      due.insert(kind);
  const auto all_count = options.seeds.last - options.seeds.first;
  if (!request.plan && all_count + 1 >= seeds_for_every_fault)
    due.insert(request.fault_kinds.begin(), request.fault_kinds.end());
  std::erase_if(due, [&](const auto& kind) {
    const auto found = totals.faults.find(kind);
    return found != totals.faults.end() && found->second > 0;
  });
  return {due.begin(), due.end()};
}

void print_short(std::ostream& out, const sim_result& x) {
  out << "seed " << x.seed << (x.violations.empty() ? " passed" : " FAILED") << ": hash "
      << x.hash << ", " << x.event_count << " events, " << x.acked_count
      << " acknowledged, " << x.election_count << " elections, " << x.crash_count
      << " crashes; " << join(x.options, ", ") << '\n';
}

void print_failure(std::ostream& out, const sim_result& x, const std::string& replay) {
  out << "\nseed " << x.seed << " FAILED\n\nthe last events (ns, node, kind):\n";
  for (const auto& event : x.last_events)
    out << "  " << event << '\n';
  out << "\noptions: " << join(x.options, ", ") << '\n';
  print_plan(out, x.plan);
  for (const auto& violation : x.violations)
    out << "\nVIOLATED " << violation << '\n';
  out << "\nbuild: " << build_words() << "\nreplay: " << replay << "\n\n";
}

void print_plan(std::ostream& out, const fault_plan& plan) {
  out << (plan.empty() ? "no faults planned\n" : "faults planned:\n");
  for (const auto& fault : plan)
    out << "  " << to_string(fault) << '\n';
}

void print_totals(std::ostream& out, const sim_totals& totals, duration real) {
  const auto spent = std::max(seconds_of(real), 1e-6);
  out << totals.seed_count << (totals.seed_count == 1 ? " seed, " : " seeds, ")
      << totals.failed_count << " failed: " << totals.acked_count << " acknowledged, "
      << totals.election_count << " elections, " << totals.crash_count << " crashes\n"
      << "faults that struck: " << counts_of(totals.faults) << '\n'
      << "also: " << counts_of(totals.counters) << '\n'
      << rounded(seconds_of(totals.simulated), 0) << " simulated seconds in "
      << rounded(spent, 1) << " s: " << rounded(seconds_of(totals.simulated) / spent, 0)
      << " simulated seconds per second, "
      << rounded(static_cast<double>(totals.event_count) / spent, 0)
      << " events per second\n";
}

} // namespace troupe::lab
