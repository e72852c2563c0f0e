#include "apps/lab/report/html_report.hpp"
#include "apps/lab/report/run_record.hpp"
#include "apps/lab/report/text_report.hpp"
#include "tests/apps/lab/recorded.hpp"

#include <sstream>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;
using namespace std::chrono_literals;

namespace {

/// Two shards; key "k" is in one of them. A kill at 10 ms.
run_record small_run() {
  auto result = run_record{};
  result.scenario = "small";
  result.nodes = {"n1", "n2"};
  result.slots[1] = {{slot{0}, slot{16383}}};
  result.ended = 100ms;
  result.strikes.push_back({{1, 10ms, "kill"}, 10ms, 50ms, {"n1"}});
  return result;
}

std::string page_of(const run_record& x) {
  auto out = std::ostringstream{};
  print_html(x, out);
  return out.str();
}

} // namespace

TEST_CASE("run_record: a pause ends with a write that was sent after the strike") {
  auto x = small_run();
  x.operations = {
    write_by(1, "a", {5, 12}), read_by(1, "a", {13, 14}), write_by(1, "b", {15}),
    write_by(2, "c", {20, 45}), write_by(2, "d", {46, 47})};
  const auto pauses = write_pauses(x);
  REQUIRE(pauses.size() == 1);
  CHECK(pauses.front().shard == 1);
  CHECK(pauses.front().length == 35ms);
  CHECK(alarm_text(x, pauses.front()).empty());
  CHECK(alarm_text(x, {0, 1, 3s + 1ms}) == "; ALARM: more than 3.000 s");
}

TEST_CASE("run_record: writes that never go on are told of") {
  auto x = small_run();
  x.operations = {write_by(1, "a", {5, 12})};
  CHECK_FALSE(write_pauses(x).front().length);
  CHECK(pauses_text(x) == "p50 0.090 s, max 0.090 s, after 1 faults");
  CHECK(alarm_text(x, write_pauses(x).front()).find("ALARM") != std::string::npos);
}

TEST_CASE("run_record: a strike that found nobody has no pause") {
  auto x = small_run();
  x.strikes.front().nodes.clear();
  CHECK(write_pauses(x).empty());
  CHECK(pauses_text(x) == "no fault has struck");
}

TEST_CASE("quantile: is one of the values") {
  CHECK(quantile({}, 0.5) == 0s);
  CHECK(quantile({3s, 1s, 2s}, 0.5) == 2s);
  CHECK(quantile({3s, 1s, 2s}, 1) == 3s);
  CHECK(quantile({3s, 1s, 2s}, 0) == 1s);
}

TEST_CASE("html_report: a page needs nothing else, and shows what was found") {
  auto x = small_run();
  x.operations = {write_by(1, "a", {5, 12})};
  x.masterships = {{1, 3, "n2", 1ms, std::nullopt}};
  x.checks.found = {{"nothing_lost", "a <write> is gone", {x.operations.front()}, {}}};
  const auto page = page_of(x);
  CHECK(page.find("FAIL") != std::string::npos);
  CHECK(page.find("a &lt;write&gt; is gone") != std::string::npos);
  CHECK(page.find("n2, epoch 3") != std::string::npos);
  CHECK(page.find("kill n1") != std::string::npos);
  for (const auto* word : {"http", "src=", "<script"})
    CHECK(page.find(word) == std::string::npos);
  x.checks.found.clear();
  CHECK(page_of(x).find("PASS") != std::string::npos);
}
