#include "apps/lab/check/lost_records.hpp"
#include "tests/apps/lab/recorded.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;

namespace {

storage::record put(const std::string& key, const std::string& value) {
  auto write = storage::write_record{};
  write.effects = {{key, storage::row{0, 1, 0, value}}, {"gone", std::nullopt}};
  return {{}, write};
}

} // namespace

TEST_CASE("lost_records: a record puts a register's value, or a list's last element") {
  auto found = written_values{};
  add_values(put("r", "a"), found);
  add_values(put("l", "a;b;"), found);
  add_values({{}, storage::epoch_start_record{}}, found);
  CHECK(found == written_values{{"r", "a"}, {"l", "b;"}});
}

TEST_CASE("lost_records: what was acknowledged must not be in lost+found alone") {
  const auto all = history{write_by(1, "a", {0, 1}), append_by(2, "b;", "2", {0, 1})};
  auto x = replica_records{.kept = {}, .lost = {{"k", "a"}, {"k", "b;"}}};
  CHECK(check_lost_records(all, x).size() == 2);
  x.kept = {{"k", "a"}};
  const auto found = check_lost_records(all, x);
  REQUIRE(found.size() == 1);
  CHECK(found.front().property == property::nothing_lost);
  CHECK(found.front().operations.front().argument == "b;");
  x.kept.emplace("k", "b;");
  CHECK(check_lost_records(all, x).empty());
}

TEST_CASE(
  "lost_records: what was not acknowledged may be lost, and logs have a beginning") {
  const auto all = history{
    write_by(1, "a", {0}), refused(write_by(2, "b", {0, 1})), write_by(3, "c", {0, 1})};
  auto x = replica_records{.kept = {}, .lost = {{"k", "a"}, {"k", "b"}}};
  CHECK(check_lost_records(all, x).empty());
  x.lost.emplace("k", "c");
  CHECK(check_lost_records(all, x).size() == 1);
  x.shortened = true;
  CHECK(check_lost_records(all, x).empty());
}
