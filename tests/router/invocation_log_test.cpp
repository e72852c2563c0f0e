#include "router/invocation_log.hpp"

#include <chrono>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace std::chrono_literals;
using verdict = invocation_log::verdict;

namespace {

const auto log_start = time_point{} + 1h;

invocation
call(std::uint64_t number, std::uint64_t answered_below = 1, std::uint64_t who = 1) {
  auto x = invocation{};
  x.id = {caller_id{uuid{0, who}}, number};
  x.answered_below = answered_below;
  x.remaining = 1s;
  return x;
}

invocation_result result_of(const invocation& x, std::string content = "done") {
  return {x.id, x.attempt, outcome::answered, std::move(content), ec::internal, {}};
}

} // namespace

TEST_CASE("invocation_log: a call runs once, and a repeat gets its result") {
  auto log = invocation_log{{}};
  CHECK(log.arrived(call(1), log_start).verdict == verdict::run);
  CHECK(log.running_count() == 1);
  CHECK(log.finished(result_of(call(1)), log_start) == 1);
  auto retry = call(1);
  retry.attempt = 2;
  auto again = log.arrived(retry, log_start);
  CHECK(again.verdict == verdict::repeat);
  CHECK(again.result->content == "done");
  CHECK(again.result->attempt == 2);
  CHECK(log.running_count() == 0);
}

TEST_CASE("invocation_log: a repeat of a running call waits, and the last attempt is "
          "answered") {
  auto log = invocation_log{{}};
  CHECK(log.arrived(call(1), log_start).verdict == verdict::run);
  auto retry = call(1);
  retry.attempt = 2;
  CHECK(log.arrived(retry, log_start).verdict == verdict::wait);
  CHECK(log.finished(result_of(call(1)), log_start) == 2);
}

TEST_CASE("invocation_log: what the caller has is dropped, and never runs again") {
  auto log = invocation_log{{}};
  CHECK(log.arrived(call(1), log_start).verdict == verdict::run);
  CHECK(log.finished(result_of(call(1)), log_start) == 1);
  CHECK(log.result_bytes() > 0);
  CHECK(log.arrived(call(2, 2), log_start).verdict == verdict::run);
  CHECK(log.result_bytes() == 0);
  CHECK(log.arrived(call(1), log_start).verdict == verdict::outdated);
}

TEST_CASE(
  "invocation_log: a call that its caller gave up while it ran leaves no result") {
  auto log = invocation_log{{}};
  CHECK(log.arrived(call(1), log_start).verdict == verdict::run);
  CHECK(log.arrived(call(2, 2), log_start).verdict == verdict::run);
  CHECK(log.finished(result_of(call(1)), log_start) == 1);
  CHECK(log.result_bytes() == 0);
  CHECK(log.arrived(call(1), log_start).verdict == verdict::outdated);
}

TEST_CASE("invocation_log: callers do not mix") {
  auto log = invocation_log{{}};
  CHECK(log.arrived(call(1, 1, 1), log_start).verdict == verdict::run);
  CHECK(log.arrived(call(1, 1, 2), log_start).verdict == verdict::run);
}

TEST_CASE("invocation_log: a call past its deadline is not run") {
  auto log = invocation_log{{}};
  auto late = call(1);
  late.remaining = duration{0};
  auto refused = log.arrived(late, log_start);
  CHECK(refused.verdict == verdict::refuse);
  CHECK(refused.result->outcome == outcome::not_executed);
  CHECK(refused.result->code == ec::deadline_exceeded);
  CHECK(log.running_count() == 0);
}

TEST_CASE("invocation_log: when it is full, new calls are refused and repeats still "
          "answered") {
  auto log = invocation_log{{.running_max = 1, .callers_max = 2}};
  CHECK(log.arrived(call(1), log_start).verdict == verdict::run);
  CHECK(log.arrived(call(2), log_start).result->code == ec::busy);
  CHECK(log.arrived(call(1), log_start).verdict == verdict::wait);
  CHECK(log.finished(result_of(call(1)), log_start) == 1);
  CHECK(log.arrived(call(2), log_start).verdict == verdict::run);
  CHECK(log.arrived(call(1, 1, 2), log_start).result->code == ec::busy);
  CHECK(log.arrived(call(1, 1, 3), log_start).result->code == ec::busy);
}

TEST_CASE("invocation_log: kept results are bounded in bytes") {
  auto log = invocation_log{{.result_bytes_max = 1000}};
  CHECK(log.arrived(call(1), log_start).verdict == verdict::run);
  CHECK(log.finished(result_of(call(1), std::string(1000, 'x')), log_start) == 1);
  CHECK(log.arrived(call(2), log_start).verdict == verdict::refuse);
  CHECK(log.arrived(call(3, 2), log_start).verdict == verdict::run);
}

TEST_CASE(
  "invocation_log: a silent caller is forgotten after retention, but not while its "
  "call runs") {
  auto log = invocation_log{{.retention = 10s}};
  CHECK(log.arrived(call(1), log_start).verdict == verdict::run);
  log.tick(log_start + 1h);
  CHECK(log.arrived(call(1), log_start + 1h).verdict == verdict::wait);
  CHECK(log.finished(result_of(call(1)), log_start + 1h) == 1);
  log.tick(log_start + 1h + 9s);
  CHECK(log.result_bytes() > 0);
  log.tick(log_start + 1h + 10s);
  CHECK(log.result_bytes() == 0);
}
