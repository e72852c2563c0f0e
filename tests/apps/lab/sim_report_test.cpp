#include "apps/lab/sim_report.hpp"

#include <sstream>

#include <doctest/doctest.h>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

sim_options seeds(std::uint64_t count) {
  auto result = sim_options{};
  result.seeds = {1, count};
  result.request.fault_kinds = {"crash", "drop"};
  return result;
}

sim_totals with_drops() {
  auto result = sim_totals{};
  result.faults = {{"crash", 0}, {"drop", 7}};
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

TEST_CASE("sim_report: a fault that never struck is told, over enough seeds") {
  const auto crash = std::vector<std::string>{"crash"};
  CHECK(faults_that_never_struck(seeds(seeds_for_every_fault), with_drops()) == crash);
  CHECK(faults_that_never_struck(seeds(seeds_for_every_fault - 1), with_drops()).empty());
}

TEST_CASE("sim_report: faults that were not to strike are not missed") {
  auto options = seeds(1'000);
  options.request.fault_kinds = {"drop"};
  CHECK(faults_that_never_struck(options, with_drops()).empty());
  options.request.fault_kinds = {"crash"};
  options.request.kept = std::set<std::size_t>{};
  CHECK(faults_that_never_struck(options, with_drops()).empty());
}

TEST_CASE("sim_report: a scenario's faults must strike, others need not") {
  auto options = seeds(seeds_for_every_fault);
  options.request.plan = fault_plan{{.number = 1, .at = 1s, .kind = "drop", .seed = 1}};
  CHECK(faults_that_never_struck(options, with_drops()).empty());
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
        "VIOLATED I2: something is lost", "replay: troupe sim --seed 12\n"})
    CHECK(out.str().find(part) != std::string::npos);
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
