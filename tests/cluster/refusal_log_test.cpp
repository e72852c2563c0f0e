#include "cluster/refusal_log.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::cluster {
namespace {

struct refusal_fixture {
  std::vector<std::string> lines;
  log_sink sink{
    {.level = log_level::trace},
    [] { return wall_point{}; },
    [this](std::string_view line) { lines.emplace_back(line); }};
  logger log{&sink, "n1", "cluster"};
  refusal_log subject;

  void refuse_number(std::size_t number) {
    subject.tell(
      log, "n2:7400", fail(ec::foreign_cluster, "cluster " + std::to_string(number)));
  }
};

TEST_CASE_FIXTURE(refusal_fixture, "refusal_log: a refusal is a warning with its peer") {
  subject.tell(log, "n2:7400", fail(ec::foreign_cluster, "another cluster"));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("level=warn") != std::string::npos);
  CHECK(lines[0].find("peer=n2:7400") != std::string::npos);
  CHECK(lines[0].find("another cluster") != std::string::npos);
}

TEST_CASE_FIXTURE(
  refusal_fixture, "refusal_log: a reason is told once, of whichever peer") {
  subject.tell(log, "n2:7400", fail(ec::version_mismatch, "upgrade"));
  subject.tell(log, "n2:7400", fail(ec::version_mismatch, "upgrade"));
  subject.tell(log, "n3:7400", fail(ec::version_mismatch, "upgrade"));
  CHECK(lines.size() == 1);
  subject.tell(log, "n2:7400", fail(ec::in_use, "a copied data directory"));
  CHECK(lines.size() == 2);
}

TEST_CASE_FIXTURE(refusal_fixture, "refusal_log: what mends itself is not told") {
  for (auto code : {ec::unreachable, ec::deadline_exceeded, ec::busy, ec::already_exists})
    subject.tell(log, "n2:7400", fail(code, "later"));
  CHECK(lines.empty());
}

TEST_CASE_FIXTURE(refusal_fixture, "refusal_log: remembers so many, the newest") {
  for (std::size_t i = 0; i <= refusals_remembered_max; ++i)
    refuse_number(i);
  CHECK(lines.size() == refusals_remembered_max + 1);
  refuse_number(1);
  CHECK(lines.size() == refusals_remembered_max + 1);
  refuse_number(0);
  CHECK(lines.size() == refusals_remembered_max + 2);
}

} // namespace
} // namespace troupe::cluster
