/// The properties of links between processes, over simulated connections.
///
/// The environment variable SEEDS multiplies the number of seeds by a whole number, for a
/// wider search by hand.
#include "tests/simulation/link_world.hpp"

#include <chrono>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

std::uint64_t link_seeds(std::uint64_t count) {
  const auto* factor = std::getenv("SEEDS");
  return factor ? count * std::strtoull(factor, nullptr, 10) : count;
}

link_world::options options_of(std::uint64_t seed) {
  return {.seed = seed, .process_count = 2 + seed % 2, .last_is_client = seed % 4 >= 2};
}

/// What a run has come to.
struct verdict {
  std::string violation;
  std::string disagreement;
  std::string unfinished;
  bool flows = false;
  bool steady = false;
  bool closed = false;
  link_world::counters counts;
  std::uint64_t trace = 0;
};

verdict run_links(std::uint64_t seed) {
  auto world = link_world{options_of(seed)};
  world.disturb(5s);
  world.heal();
  world.run_for(link_world::agreement_bound());
  auto result = verdict{};
  result.disagreement = world.disagreement();
  auto agreed_on = world.open_ends();
  auto letters = world.greet_all();
  world.run_for(2s);
  result.flows = world.delivered(letters);
  world.run_for(2 * link_world::config().call_age_max);
  result.steady = world.open_ends() == agreed_on;
  result.unfinished = world.unfinished();
  world.unpin_all();
  world.run_for(3 * link_world::config().idle_after);
  result.closed = world.open_ends().empty() && world.all_unused();
  result.violation = world.violation();
  result.counts = world.counts();
  result.trace = world.trace();
  return result;
}

} // namespace

TEST_CASE("links: keep every promise under faults, agree after them, then close") {
  auto total = link_world::counters{};
  for (auto seed = std::uint64_t{1}; seed <= link_seeds(1'000); ++seed) {
    CAPTURE(seed);
    auto x = run_links(seed);
    CHECK(x.violation == "");
    CHECK(x.disagreement == "");
    CHECK(x.unfinished == "");
    CHECK(x.flows);
    CHECK(x.steady);
    CHECK(x.closed);
    for (const auto& [what, count] : x.counts)
      total[what] += count;
  }
  // All that should be tested did happen.
  for (const auto* what :
       {"up",
        "lost",
        "down",
        "answered",
        "failed: link_lost",
        "failed: unreachable",
        "failed: busy",
        "failed: deadline_exceeded",
        "failed: stale_incarnation",
        "failed: stopping",
        "arrived on control",
        "arrived on bulk",
        "windows overdrawn",
        "notes dropped",
        "notes came back",
        "watched actors ended",
        "watches failed",
        "closed idle",
        "stayed",
        "refused: already_exists",
        "refused: stale_incarnation",
        "streams damaged",
        "links forgotten",
        "dials failed",
        "cuts",
        "stalls",
        "resets",
        "crashes",
        "leaves",
        "holds",
        "dead directions",
        "accusations",
        "seed dials",
        "never answered"}) {
    CAPTURE(std::string{what});
    CHECK(total[what] > 0);
  }
  for (const auto& [what, count] : total)
    MESSAGE(what << ": " << count);
}

TEST_CASE("links: the same seed is the same run") {
  for (auto seed = std::uint64_t{1}; seed <= 20; ++seed) {
    CHECK(run_links(seed).trace == run_links(seed).trace);
    CHECK(run_links(seed).trace != run_links(seed + 1'000).trace);
  }
}
