#include "apps/lab/run_trace.hpp"
#include "apps/lab/sim_report.hpp"

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

/// Of so many runs that plan both kinds.
sim_totals with_drops(std::uint64_t run_count) {
  auto result = sim_totals{};
  result.faults = {{"crash", 0}, {"drop", 7}};
  result.planned = {{"crash", run_count}, {"drop", run_count}};
  return result;
}

TEST_CASE("sim_report: a run that acknowledged nothing fails, unless it was stopped") {
  auto request = sim_request{};
  auto x = sim_result{};
  refuse_idle_run(request, x);
  REQUIRE(x.violations.size() == 1);
  CHECK(x.violations[0].starts_with("vacuous: "));

  x = {};
  x.acked_count = 1;
  refuse_idle_run(request, x);
  CHECK(x.violations.empty());

  x = {};
  request.until = 1s;
  refuse_idle_run(request, x);
  CHECK(x.violations.empty());
}

TEST_CASE("sim_report: a fault that never struck is told, over enough runs") {
  const auto crash = std::vector<std::string>{"crash"};
  CHECK(faults_that_never_struck({}, with_drops(runs_for_every_fault)) == crash);
  CHECK(faults_that_never_struck({}, with_drops(runs_for_every_fault - 1)).empty());
}

TEST_CASE("sim_report: a kind that no run has planned is told, over enough seeds") {
  auto options = sim_options{};
  options.request.fault_kinds = {"crash", "drop"};
  options.seeds = {1, seeds_for_every_fault};
  CHECK(
    faults_that_never_struck(options, with_drops(0))
    == std::vector<std::string>{"crash"});
  options.seeds = {1, seeds_for_every_fault - 1};
  CHECK(faults_that_never_struck(options, with_drops(0)).empty());
}

TEST_CASE("sim_report: a run is counted once for each kind that it plans") {
  auto x = sim_result{};
  x.plan = {
    {.number = 1, .at = 1s, .kind = "drop", .seed = 1},
    {.number = 2, .at = 2s, .kind = "drop", .seed = 2}};
  auto totals = sim_totals{};
  totals.add(x);
  CHECK(totals.planned == std::map<std::string, std::uint64_t>{{"drop", 1}});
}

TEST_CASE("sim_report: faults that were not to strike are not missed") {
  auto options = sim_options{};
  options.request.kept = std::set<std::size_t>{};
  CHECK(faults_that_never_struck(options, with_drops(1'000)).empty());
  options.request.kept.reset();
  options.request.until = 1s;
  CHECK(faults_that_never_struck(options, with_drops(1'000)).empty());
}

TEST_CASE("sim_report: a scenario's faults must strike at the first seed") {
  auto options = sim_options{};
  options.request.plan = fault_plan{{.number = 1, .at = 1s, .kind = "crash", .seed = 1}};
  CHECK(
    faults_that_never_struck(options, with_drops(1))
    == std::vector<std::string>{"crash"});
}

TEST_CASE("sim_report: a failure shows seed, events, options, plan, property, replay") {
  auto x = sim_result{};
  x.seed = 12;
  x.violations = {"I2: something is lost"};
  x.last_events = {"1 n1 start"};
  x.options = {"replicas = 3"};
  x.plan = {{.number = 4, .at = 1'250ms, .kind = "crash", .seed = 1}};
  auto out = std::ostringstream{};
  print_failure(out, x, "troupe sim --seed 12");
  for (const auto* part :
       {"seed 12", "1 n1 start", "replicas = 3", "#4 at 1.250 s: crash",
        "VIOLATED I2: something is lost", ", commit ", "replay: troupe sim --seed 12\n"})
    CHECK(out.str().find(part) != std::string::npos);
}

TEST_CASE("sim_report: a failure shows all of the last events that are kept") {
  auto x = sim_result{};
  for (std::size_t i = 0; i < run_trace::last_lines_max; ++i)
    x.last_events.push_back("event " + std::to_string(i) + ".");
  auto out = std::ostringstream{};
  print_failure(out, x, "again");
  CHECK(out.str().find("event 0.") != std::string::npos);
  CHECK(out.str().find("event 199.") != std::string::npos);
}

TEST_CASE("sim_report: speed is virtual time and events in real time") {
  auto totals = sim_totals{};
  auto x = sim_result{};
  x.simulated = 30s;
  x.event_count = 4'000;
  totals.add(x);
  totals.add(x);
  auto out = std::ostringstream{};
  print_totals(out, totals, 2s);
  CHECK(out.str().find("30 simulated seconds per second") != std::string::npos);
  CHECK(out.str().find("4000 events per second") != std::string::npos);
}

} // namespace

} // namespace troupe::lab
