// The runner with processes, over a simulator that does as its seed says.

#include "actors/base/assert.hpp"
#include "apps/lab/run_sim.hpp"
#include "apps/lab/run_trace.hpp"
#include "apps/lab/seed_runner.hpp"
#include "apps/lab/sim_report.hpp"
#include "tests/apps/temporary_directory.hpp"

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include <doctest/doctest.h>
#include <unistd.h>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

/// Its seeds: 13 violates, 14 aborts, 15 exits, 16 acknowledges nothing, 17 is not the
/// same twice; from 100 on a flood is planned that never comes. Early seeds take longer
/// than late ones.
sim_result play(const sim_request& request) {
  auto trace = run_trace{request.trace};
  auto result = sim_result{};
  result.seed = request.seed;
  result.plan = {{.number = 1, .at = 1s, .kind = "crash", .seed = 5}};
  if (request.seed >= 100)
    result.plan.push_back({.number = 2, .at = 2s, .kind = "flood", .seed = 6});
  result.client_count = 3;
  if (request.until == duration::zero())
    return result;
  trace.add(1ms, "n1", "seed", std::to_string(request.seed));
  std::this_thread::sleep_for((20 - request.seed % 20) * 1ms);
  if (request.seed == 13)
    result.violations = {"I2: thirteen"};
  TROUPE_ASSERT(request.seed != 14);
  if (request.seed == 15)
    ::_exit(3);
  if (request.seed == 17)
    trace.add(2ms, "n1", "process", std::to_string(::getpid()));
  result.acked_count = request.seed == 16 ? 0 : 1;
  result.hash = trace.hash();
  result.event_count = trace.event_count();
  result.faults["crash"] = 1;
  return result;
}

struct fixture {
  expected<int> run() { return run_sim("troupe", what, options, out, err); }

  int run_seeds_of(std::uint64_t first, std::uint64_t last) {
    options.seeds = {first, last};
    auto code = run();
    REQUIRE(code);
    return *code;
  }

  [[nodiscard]] bool tells(const std::string& text) const {
    return out.str().find(text) != std::string::npos;
  }

  simulator what{"fake", {"crash"}, play};
  sim_options options{.job_count = 4};
  std::ostringstream out;
  std::ostringstream err;
};

TEST_CASE_FIXTURE(fixture, "run_sim: results come in the order of seeds, for any jobs") {
  options.json = true;
  CHECK(run_seeds_of(1, 9) == 0);
  auto lines = std::istringstream{out.str()};
  auto seed = 0;
  for (auto line = std::string{}; std::getline(lines, line);)
    CHECK(line.starts_with("{\"seed\":" + std::to_string(++seed) + ","));
  CHECK(seed == 9);

  const auto parallel = out.str();
  out.str({});
  options.job_count = 1;
  CHECK(run_seeds_of(1, 9) == 0);
  CHECK(out.str() == parallel);
}

TEST_CASE_FIXTURE(fixture, "run_sim: a violation is explained, and the exit code is 1") {
  CHECK(run_seeds_of(12, 13) == 1);
  CHECK(tells("VIOLATED I2: thirteen"));
  CHECK(tells("replay: troupe sim --seed 13 --seconds 20 --faults all"));
  CHECK(tells("2 seeds, 1 failed"));
}

TEST_CASE_FIXTURE(fixture, "run_sim: a failed assertion is a violation of its seed") {
  CHECK(run_seeds_of(14, 14) == 1);
  CHECK(tells("VIOLATED assertion: request.seed != 14 at "));
  CHECK(tells("1000000 n1 seed 14")); // Of its trace, which died with it.
  CHECK(tells("#1 at 1.000 s: crash"));
}

TEST_CASE_FIXTURE(fixture, "run_sim: a process that ends without a result has failed") {
  CHECK(run_seeds_of(15, 15) == 1);
  CHECK(tells("VIOLATED exit: the process ended with 3"));
}

TEST_CASE_FIXTURE(fixture, "run_sim: a run that acknowledged nothing fails") {
  CHECK(run_seeds_of(16, 16) == 1);
  CHECK(tells("VIOLATED vacuous: no operation was acknowledged"));
}

TEST_CASE_FIXTURE(fixture, "run_sim: with --twice two hashes that differ are told") {
  CHECK(run_seeds_of(17, 18) == 0);
  options.twice = true;
  CHECK(run_seeds_of(17, 18) == 1);
  CHECK(tells("VIOLATED determinism: "));
}

TEST_CASE_FIXTURE(
  fixture, "run_sim: a planned fault that never struck fails a long range") {
  what.fault_kinds = options.request.fault_kinds = {"crash", "flood"};
  CHECK(run_seeds_of(100, 98 + runs_for_every_fault) == 0);
  CHECK(run_seeds_of(100, 99 + runs_for_every_fault) == 1);
  CHECK(tells("in no run did these strike: flood"));
}

TEST_CASE_FIXTURE(
  fixture, "run_sim: the hash is that of the trace file, also of a death") {
  const auto directory = test::temporary_directory{};
  options.trace_file = directory.path() + "/trace";
  options.json = true;
  CHECK(run_seeds_of(14, 14) == 1);
  auto text = std::ostringstream{};
  text << std::ifstream{options.trace_file}.rdbuf();
  CHECK(text.str() == "1000000 n1 seed 14\n");
  auto trace = run_trace{};
  trace.add_line("1000000 n1 seed 14");
  CHECK(tells("\"hash\":\"" + trace.hash() + "\",\"events\":1,"));
}

TEST_CASE_FIXTURE(fixture, "run_sim: a trace file that cannot be written is refused") {
  options.trace_file = "/nowhere/trace";
  const auto code = run();
  REQUIRE_FALSE(code);
  CHECK(code.error() == ec::invalid_argument);
  CHECK(sentence_of(code.error()).find("/nowhere/trace") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "run_sim: a trace that is not whole fails, on a full disk") {
  options.trace_file = "/dev/full";
  const auto code = run();
  REQUIRE_FALSE(code);
  CHECK(code.error() == ec::invalid_argument); // Exit code 2.
  CHECK(sentence_of(code.error()).find("/dev/full is not whole") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "run_sim: a fault to keep that is not planned is refused") {
  options.request.kept = std::set<std::size_t>{1, 99};
  const auto code = run();
  REQUIRE_FALSE(code);
  CHECK(code.error() == ec::invalid_argument);
  CHECK(sentence_of(code.error()).find("plans no fault 99") != std::string::npos);
  options.request.kept = std::set<std::size_t>{1};
  CHECK(run() == 0);
}

TEST_CASE_FIXTURE(fixture, "run_sim: a request that the simulator refuses does not run") {
  what.check = [](const sim_request&) { return fail(ec::invalid_argument, "no"); };
  CHECK(run().error() == ec::invalid_argument);
  CHECK(out.str().empty());
}

TEST_CASE_FIXTURE(fixture, "run_sim: what it has shrunk to comes with its replay line") {
  options.shrink = true;
  CHECK(run_seeds_of(14, 14) == 1);
  CHECK(tells("the shortest of "));
  CHECK(tells("replay: troupe sim --seed 14 --clients 1 --seconds 0."));
  CHECK(tells("--keep-faults none"));
}

} // namespace

} // namespace troupe::lab
