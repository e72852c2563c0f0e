#include "apps/lab/sim_options.hpp"

#include <doctest/doctest.h>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

const auto known = std::vector<std::string>{"crash", "drop", "partition"};

template <class T>
std::string why(const expected<T>& x) {
  REQUIRE_FALSE(x);
  CHECK(x.error() == ec::invalid_argument);
  return sentence_of(x.error());
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("sim_options: a range of seeds holds both its ends") {
  CHECK(parse_seeds("3..17") == seed_range{3, 17});
  CHECK(parse_seeds("5..5") == seed_range{5, 5});
}

TEST_CASE("sim_options: an empty range is refused, and turned round") {
  CHECK(has(why(parse_seeds("17..3")), "did you mean 3..17?"));
}

TEST_CASE("sim_options: what is no range is refused with the form of one") {
  for (const auto* text : {"", "7", "1-9", "..", "1..", "a..b", "-1..3", "1..2..3"})
    CHECK(has(why(parse_seeds(text)), "1..200"));
}

TEST_CASE("sim_options: seconds are read to the nanosecond, and printed as they were") {
  CHECK(parse_seconds("60") == duration{60s});
  CHECK(parse_seconds("12.5") == duration{12'500ms});
  for (const auto* text : {"60", "12.5", "0.001", "3.000000001"})
    CHECK(print_seconds(*parse_seconds(text)) == text);
}

TEST_CASE("sim_options: a time that is none, or no positive one, is refused") {
  for (const auto* text : {"", "0", "-3", "nan", "inf", "1e99", "5 s", "86401"})
    CHECK(has(why(parse_seconds(text)), "seconds of virtual time"));
}

TEST_CASE("sim_options: faults are all, none or some, in the simulator's order") {
  CHECK(parse_faults("all", known) == known);
  CHECK(parse_faults("none", known) == std::vector<std::string>{});
  CHECK(
    parse_faults("partition,crash", known)
    == std::vector<std::string>{"crash", "partition"});
}

TEST_CASE("sim_options: all and none stand alone") {
  CHECK(has(why(parse_faults("all,none", known)), "'all' is no kind of fault"));
  CHECK(has(why(parse_faults("crash,none", known)), "'none' is no kind of fault"));
}

TEST_CASE("sim_options: an unknown fault is refused with the nearest and with all") {
  const auto text = why(parse_faults("crash,partitoin", known));
  CHECK(has(text, "'partitoin'; did you mean partition?"));
  CHECK(has(text, "crash, drop, partition"));
}

TEST_CASE("sim_options: what is kept is printed as it is read") {
  for (const auto* text : {"none", "7", "3,7,19"})
    CHECK(print_kept(*parse_kept(text)) == text);
  for (const auto* text : {"", "0", "3,,4", "x"})
    CHECK(has(why(parse_kept(text)), "3,7,9"));
}

TEST_CASE("sim_options: with a scenario each seed has the plan that it draws") {
  const auto text = "[[fault]]\nat = \"1 s\"\nkind = \"drop\"\n"
                    "[nemesis]\nkinds = [\"crash\"]\n";
  auto options = sim_options{};
  options.scenario = *parse_scenario(text, "x.toml", {known, {}});
  CHECK(request_of(options, 7).seed == 7);
  CHECK(request_of(options, 7).plan == plan_of(*options.scenario, 7));
  CHECK(request_of(options, 8).plan == plan_of(*options.scenario, 8));
}

TEST_CASE("sim_options: a replay line has what the run was asked for, of one seed") {
  auto options = sim_options{};
  options.cores_only = true;
  options.faults = "drop,crash";
  auto request = sim_request{};
  request.seed = 12;
  request.replica_count = 5;
  request.length = 1'500ms;
  CHECK(
    replay_line("mall", options, request)
    == "mall sim --seed 12 --cores-only --replicas 5 --seconds 1.5 --faults drop,crash "
       "--trace seed-12.trace");
  request.kept = std::set<std::size_t>{3, 9};
  CHECK(has(
    replay_line("mall", options, request), " --faults drop,crash --keep-faults 3,9 "));
  request.until = 2'500ms;
  CHECK(has(replay_line("mall", options, request), " --until 2.5 "));
}

TEST_CASE("sim_options: a replay line is one for a shell") {
  auto options = sim_options{};
  options.scenario_file = "my runs/it's.toml";
  const auto line = replay_line("/opt/my apps/mall", options, {});
  CHECK(has(line, "'/opt/my apps/mall' sim "));
  CHECK(has(line, " --scenario 'my runs/it'\\''s.toml' "));
}

TEST_CASE("sim_options: what was run twice is replayed twice, without a trace") {
  auto options = sim_options{};
  options.twice = true;
  CHECK(replay_line("mall", options, {}).ends_with(" --twice"));
}

} // namespace

} // namespace troupe::lab
