// The replication core, the log store and the recovery under everything that a network, a
// disk and a clock can do, in virtual time.
//
// `troupe sim --cores-only` runs the same; its long ranges are tests of their own. Here
// is what only the counters tell: that what should happen does.

#include "apps/lab/cores/cores.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

using namespace troupe;
using namespace troupe::lab;
using namespace std::chrono_literals;

namespace {

using counters = std::map<std::string, std::uint64_t>;

volatile std::sig_atomic_t current_seed = 0;

/// An assertion of the core ends the process: say in which run.
extern "C" void say_seed(int) {
  char text[80];
  auto length = std::snprintf(
    text, sizeof text, "aborted: troupe sim --cores-only --seed %d\n",
    static_cast<int>(current_seed));
  static_cast<void>(::write(STDERR_FILENO, text, static_cast<std::size_t>(length)));
  std::signal(SIGABRT, SIG_DFL);
  std::abort();
}

sim_result run(const sim_request& request) {
  current_seed = static_cast<int>(request.seed);
  auto previous = std::signal(SIGABRT, say_seed);
  auto result = make_cores_simulator().run(request);
  std::signal(SIGABRT, previous);
  for (const auto& violation : result.violations)
    FAIL_CHECK("seed " << request.seed << ": " << violation);
  return result;
}

sim_request with_all_faults(std::uint64_t seed) {
  return {.seed = seed, .length = 20s, .fault_kinds = make_cores_simulator().fault_kinds};
}

/// What has happened in the runs of `count` seeds from `first` on, faults among it.
counters happened(std::uint64_t first, std::uint64_t count) {
  auto result = counters{};
  for (auto seed = first; seed < first + count; ++seed) {
    auto x = run(with_all_faults(seed));
    x.counters.merge(x.faults);
    for (const auto& [what, times] : x.counters)
      result[what] += times;
  }
  return result;
}

} // namespace

TEST_CASE("replication: what should happen under all faults does") {
  auto total = happened(1'000'000, 200);
  auto wanted = make_cores_simulator().fault_kinds;
  for (const auto* what :
       {"quorum writes", "weak writes", "lease reads", "master reads", "truncations",
        "replies found again", "messages lost", "histories judged", "given up"})
    wanted.emplace_back(what);
  for (const auto& what : wanted)
    CHECK_MESSAGE(total[what] > 0, "never happened: ", what);
  CHECK(total["histories undecided"] * 100 <= total["histories judged"]);
}

TEST_CASE("replication: two runs of a seed are the same, and two seeds are not") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto first = run(with_all_faults(seed));
    CHECK(first.hash == run(with_all_faults(seed)).hash);
    CHECK(first.hash != run(with_all_faults(seed + 1)).hash);
  }
}

TEST_CASE("replication: a group without faults elects one master and keeps it") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    auto result = run({.seed = seed, .length = 20s});
    CHECK(result.election_count == 1);
    CHECK(result.crash_count == 0);
    CHECK(result.faults.empty());
    CHECK(result.counters["truncations"] == 0);
    CHECK(result.counters["given up"] == 0);
  }
}

TEST_CASE("replication: a single client writes, too") {
  CHECK(run({.seed = 1, .client_count = 1, .length = 5s}).acked_count > 0);
}

TEST_CASE("replication: what is left out does not change the plan of the rest") {
  const auto whole = run(with_all_faults(3));
  REQUIRE(whole.plan.size() > 4);
  auto request = with_all_faults(3);
  request.kept = std::set<std::size_t>{2, 4};
  const auto part = run(request);
  CHECK(part.plan == keep(whole.plan, *request.kept));

  request.kept.reset();
  request.length = 8s;
  const auto shorter = run(request);
  REQUIRE(shorter.plan.size() < whole.plan.size());
  for (std::size_t i = 0; i < shorter.plan.size(); ++i)
    CHECK(shorter.plan[i] == whole.plan[i]);
}

TEST_CASE("replication: a run that is stopped is not judged") {
  auto request = with_all_faults(3);
  request.until = 2s;
  CHECK(run(request).simulated == 2s);
  request.until = 0s;
  const auto nothing = run(request);
  CHECK(nothing.hash.empty());
  CHECK_FALSE(nothing.plan.empty());
  CHECK(nothing.client_count > 0);
}
