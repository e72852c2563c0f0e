#include "apps/lab/chaos/node_usage.hpp"

#include <fstream>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

using namespace troupe;
using namespace troupe::lab;

TEST_CASE("node_usage: a process holds what it has opened and touched") {
  const auto before = usage_of(::getpid());
  REQUIRE(before);
  const auto file = std::ifstream{"/proc/self/status"};
  const auto touched = std::vector<char>(mib(8).bytes, 'x');
  const auto after = usage_of(::getpid());
  REQUIRE(after);
  CHECK(after->descriptor_count == before->descriptor_count + 1);
  CHECK(after->memory >= before->memory);
  CHECK(after->memory.bytes >= mib(8).bytes + touched.empty());
  CHECK_FALSE(usage_of(0));
}

TEST_CASE("node_usage: growth is told of when it is beyond its bound") {
  constexpr auto bounds = growth_bounds{10, mib(100)};
  auto row = usage_row{"n2", {40, mib(60)}, {90, mib(400)}, {50, mib(160)}};
  CHECK(growth_of(row, bounds).empty());
  row.last.descriptor_count = 51;
  CHECK(growth_of(row, bounds) == "n2 holds 51 descriptors, and held 40 at the start");
  row.last = {50, {mib(160).bytes + 1}};
  CHECK(growth_of(row, bounds).starts_with("n2 holds 167772161 B of memory"));
}
