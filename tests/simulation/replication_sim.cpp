// The replication core, the log store and the recovery under everything that a network, a
// disk and a clock can do, in virtual time, a thousand seeds in seconds.
//
// SEEDS=N widens each range to N seeds. A failure prints its seed; SEED=N runs one alone,
// with its last events, or with SEEDS=M so many from there on, once each.

#include "tests/simulation/replication_world.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

using namespace troupe;
using namespace troupe::test;

namespace {

struct outcome {
  std::uint64_t hash = 0;
  std::optional<std::string> violation;
  run_counters counters;
  std::deque<std::string> last_lines;
  duration simulated{};
};

volatile std::sig_atomic_t current_seed = 0;

/// An assertion of the core ends the process: say in which run.
extern "C" void say_seed(int) {
  char text[80];
  auto length = std::snprintf(
    text, sizeof text, "aborted: replay with SEED=%d\n", static_cast<int>(current_seed));
  static_cast<void>(::write(STDERR_FILENO, text, static_cast<std::size_t>(length)));
  std::signal(SIGABRT, SIG_DFL);
  std::abort();
}

outcome run_once(const replication_options& options, bool record = false) {
  current_seed = static_cast<int>(options.seed);
  auto previous = std::signal(SIGABRT, say_seed);
  auto world = replication_world{options, record};
  auto result = outcome{};
  try {
    world.run();
  } catch (const property_violated& e) {
    result.violation = e.what();
  }
  std::signal(SIGABRT, previous);
  result.hash = world.trace().hash();
  result.counters = world.counters();
  result.last_lines = world.trace().last_lines();
  result.simulated = world.simulated();
  return result;
}

/// Everything that a reader needs to see why a run failed.
std::string explain(const replication_options& options) {
  auto again = run_once(options, true);
  auto result = std::string{};
  for (const auto& line : again.last_lines)
    result += line + "\n";
  result += to_string(options) + "\n";
  result += "VIOLATED " + again.violation.value_or("nothing, the second time") + "\n";
  return result + "replay: SEED=" + std::to_string(options.seed)
         + " simulation -tc='replication: a chosen seed'";
}

void must_hold(const replication_options& options) {
  auto first = run_once(options);
  if (first.violation)
    FAIL_CHECK(explain(options));
}

std::uint64_t seed_count(std::uint64_t usual) {
  const auto* wanted = std::getenv("SEEDS");
  return wanted == nullptr ? usual : std::strtoull(wanted, nullptr, 10);
}

/// Runs seeds [first, first + count), each twice, and returns what happened in all.
run_counters run_seeds(std::uint64_t first, std::uint64_t count) {
  auto total = run_counters{};
  auto simulated = duration{};
  auto begin = std::chrono::steady_clock::now();
  for (auto seed = first; seed < first + count; ++seed) {
    auto options = expand(seed);
    auto one = run_once(options);
    if (one.violation) {
      FAIL_CHECK(explain(options));
      break;
    }
    auto two = run_once(options);
    CHECK_MESSAGE(one.hash == two.hash, "seed ", seed, " is another run each time");
    CHECK_MESSAGE(one.counters["quorum writes"] > 0, "seed ", seed, " proves nothing");
    for (const auto& [what, times] : one.counters)
      total[what] = what.starts_with("longest") ? std::max(total[what], times)
                                                : total[what] + times;
    simulated += one.simulated + two.simulated;
  }
  auto real = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin);
  auto text = std::to_string(count) + " seeds twice, "
              + std::to_string(static_cast<int>(
                std::chrono::duration<double>(simulated).count() / real.count()))
              + " simulated seconds per second";
  for (const auto& [what, times] : total)
    text += ", " + what + " " + std::to_string(times);
  MESSAGE(text);
  return total;
}

/// Fails when something that should happen never did.
void must_have_happened(run_counters& total) {
  for (const auto* what :
       {"quorum writes",
        "weak writes",
        "lease reads",
        "master reads",
        "elections",
        "truncations",
        "replies found again",
        "messages lost",
        "messages doubled",
        "partitions",
        "one-way cuts",
        "process crashes",
        "power losses",
        "crashes inside writes",
        "blackouts",
        "pauses",
        "slow disks",
        "transfers",
        "unasked ships",
        "hints",
        "coups",
        "usurpers",
        "flipped bits",
        "lost files",
        "wiped disks",
        "histories judged",
        "given up"})
    CHECK_MESSAGE(total[what] > 0, "never happened: ", std::string{what});
  CHECK(total["histories undecided"] * 100 <= total["histories judged"]);
}

void check_range(std::uint64_t first) {
  auto total = run_seeds(first, seed_count(500));
  must_have_happened(total);
}

} // namespace

TEST_CASE("replication: promises hold under all faults, seeds from 1000000") {
  check_range(1'000'000);
}

TEST_CASE("replication: promises hold under all faults, seeds from 2000000") {
  check_range(2'000'000);
}

TEST_CASE("replication: promises hold under all faults, seeds from 3000000") {
  check_range(3'000'000);
}

TEST_CASE("replication: promises hold under all faults, seeds from 4000000") {
  check_range(4'000'000);
}

TEST_CASE("replication: a group without faults elects one master and keeps it") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    auto options = replication_options{};
    options.seed = seed;
    auto result = run_once(options);
    REQUIRE_MESSAGE(!result.violation, *result.violation);
    CHECK(result.counters["elections"] == 1);
    CHECK(result.counters["truncations"] == 0);
    CHECK(result.counters["given up"] == 0);
  }
}

TEST_CASE("replication: a chosen seed" * doctest::skip(std::getenv("SEED") == nullptr)) {
  auto first = std::strtoull(std::getenv("SEED"), nullptr, 10);
  auto count = seed_count(1);
  for (auto seed = first; seed < first + count; ++seed)
    must_hold(expand(seed));
}
