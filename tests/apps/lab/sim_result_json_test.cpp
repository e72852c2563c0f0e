#include "apps/lab/sim_result_json.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

sim_result example() {
  auto result = sim_result{};
  result.seed = 18'446'744'073'709'551'615U;
  result.hash = "0123456789abcdef";
  result.event_count = 5;
  result.acked_count = 4;
  result.election_count = 3;
  result.crash_count = 2;
  result.faults = {{"crash", 2}};
  result.violations = {"I2: lost\nhere"};
  result.options = {"replicas = 3"};
  result.plan = {
    {.number = 4, .at = 1'250ms, .kind = "crash", .seed = 9},
    {.number = 5, .at = 2s, .kind = "cut", .seed = 8, .target = "n2", .length = 3s}};
  result.client_count = 4;
  result.last_events = {"1 n1 start"};
  result.counters = {{"reads", 7}};
  result.simulated = 30s;
  return result;
}

TEST_CASE("sim_result_json: the line has eight fields, in their order") {
  CHECK(
    print_line(example())
    == R"({"seed":18446744073709551615,"hash":"0123456789abcdef","events":5,"acked":4,)"
       R"("elections":3,"crashes":2,"faults":{"crash":2},"violations":["I2: lost\nhere"]})");
  CHECK(print_line({}).ends_with(R"("faults":{},"violations":[]})"));
}

TEST_CASE("sim_result_json: a result reads back whole") {
  const auto x = example();
  const auto again = parse_result(print_result(x));
  REQUIRE(again);
  CHECK(print_result(*again) == print_result(x));
  CHECK(again->plan == x.plan);
  CHECK(again->simulated == x.simulated);
}

TEST_CASE("sim_result_json: bytes that are no text do not break the line") {
  auto x = example();
  x.violations = {"I7: \xff\xfe"};
  CHECK(nlohmann::json::accept(print_line(x)));
}

TEST_CASE("sim_result_json: the half result of a process that died is refused") {
  const auto text = print_result(example());
  CHECK(parse_result("").error() == ec::malformed);
  CHECK(parse_result(text.substr(0, text.size() / 2)).error() == ec::malformed);
}

} // namespace

} // namespace troupe::lab
