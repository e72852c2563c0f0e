#include "apps/lab/check/masterships.hpp"
#include "tests/apps/lab/recorded.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;
using namespace std::chrono_literals;

namespace {

std::string line(const std::string& seconds, const std::string& rest) {
  return "time=1970-01-02T00:00:" + seconds + ".500000Z level=info node=n1 part=storage "
         + rest + "\n";
}

constexpr auto day = 24h;

} // namespace

TEST_CASE("masterships: a log tells who was master, from when to when") {
  const auto log = line("01", "msg=master shard=2 epoch=7") + "no line of a log\n"
                   + line("02", "msg=master shard=3 epoch=1")
                   + line("03", "msg=\"master no more\" shard=2")
                   + line("04", "msg=listening link=127.0.0.1:1")
                   + line("05", "msg=master shard=2 epoch=9");
  CHECK(
    masterships_in(log, "n1")
    == std::vector<mastership>{
      {2, 7, "n1", day + 1500ms, day + 3500ms},
      {3, 1, "n1", day + 2500ms, day + 4500ms},
      {2, 9, "n1", day + 5500ms, std::nullopt}});
}

TEST_CASE("masterships: two masters in one epoch are found") {
  const auto one = mastership{2, 7, "n1", 1s, 2s};
  auto other = one;
  other.node = "n2";
  CHECK(has(check_masterships({one, other}), property::one_master));
  other.epoch = 8;
  CHECK(check_masterships({one, other}).empty());
  CHECK(check_masterships({one, one}).empty());
}
