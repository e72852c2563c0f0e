#include "router/call_table.hpp"

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using namespace std::chrono_literals;

namespace {

const auto caller = caller_id{uuid{1, 1}};
const auto calls_start = time_point{} + 1h;

provider provider_at(std::uint64_t node, std::uint32_t weight = 100) {
  return {{node_id{uuid{0, node}}, incarnation{1}, "host"}, weight, false};
}

call_table table_with(call_config config, std::vector<provider> providers) {
  auto table = call_table{std::move(config), caller, "/demo:", random_source{7}};
  CHECK(table.providers_are(std::move(providers), calls_start).sends.empty());
  return table;
}

call_request request_of(bool idempotent) { return {"M", "body", {}, idempotent, {}}; }

invocation_result
result_for(const call_table::send& x, outcome what, ec code = ec::internal) {
  return {x.what.id, x.what.attempt, what, "answer", code, "why"};
}

} // namespace

TEST_CASE("call_table: a call goes to a provider and ends with its answer") {
  auto table = table_with({}, {provider_at(1)});
  auto out = call_table::output{};
  auto number = table.call(request_of(true), calls_start, out);
  REQUIRE(out.sends.size() == 1);
  CHECK(out.sends[0].to == provider_at(1).key);
  CHECK(out.sends[0].what.remaining == 1s);
  CHECK(out.sends[0].what.attempt == 1);
  auto end
    = table.answered(result_for(out.sends[0], outcome::answered), calls_start + 3ms);
  REQUIRE(end.endings.size() == 1);
  CHECK(end.endings[0].number == number);
  CHECK(*end.endings[0].result == "answer");
  CHECK(end.endings[0].took == 3ms);
  CHECK(table.size() == 0);
  CHECK(table.answered(result_for(out.sends[0], outcome::answered), calls_start)
          .endings.empty());
}

TEST_CASE("call_table: without a provider a call fails at once") {
  auto table = table_with({}, {});
  auto out = call_table::output{};
  CHECK(table.call(request_of(true), calls_start, out) == 1);
  REQUIRE(out.endings.size() == 1);
  CHECK(out.endings[0].result.error() == ec::unreachable);
}

TEST_CASE("call_table: calls wait for the first word about providers") {
  auto table = call_table{{}, caller, "/demo:", random_source{7}};
  auto out = call_table::output{};
  CHECK(table.call(request_of(true), calls_start, out) == 1);
  CHECK(out.sends.empty());
  CHECK(out.endings.empty());
  CHECK(table.providers_are({provider_at(1)}, calls_start + 1ms).sends.size() == 1);
}

TEST_CASE("call_table: what was not executed goes to another provider, also when it is "
          "not idempotent") {
  auto table = table_with({}, {provider_at(1), provider_at(2)});
  auto first = call_table::output{};
  CHECK(table.call(request_of(false), calls_start, first) == 1);
  auto refused = result_for(first.sends[0], outcome::not_executed, ec::busy);
  auto second = table.answered(refused, calls_start + 1ms);
  REQUIRE(second.sends.size() == 1);
  CHECK(second.sends[0].to != first.sends[0].to);
  CHECK(second.sends[0].what.id == first.sends[0].what.id);
  CHECK(second.sends[0].what.attempt == 2);
  CHECK(second.sends[0].what.remaining == 999ms);
}

TEST_CASE("call_table: a lost provider fails over idempotent calls alone") {
  auto why = fail(ec::link_lost, "cut");
  for (auto idempotent : {true, false}) {
    CAPTURE(idempotent);
    auto table = table_with({}, {provider_at(1), provider_at(2)});
    auto first = call_table::output{};
    CHECK(table.call(request_of(idempotent), calls_start, first) == 1);
    auto second = table.lost(first.sends[0].to, why, calls_start + 1ms);
    CHECK(second.sends.size() == (idempotent ? 1 : 0));
    CHECK(second.endings.size() == (idempotent ? 0 : 1));
    if (!idempotent)
      CHECK(second.endings[0].result.error() == ec::link_lost);
  }
}

TEST_CASE("call_table: the loss of another provider touches nothing") {
  auto table = table_with({}, {provider_at(1)});
  auto out = call_table::output{};
  CHECK(table.call(request_of(true), calls_start, out) == 1);
  auto lost = table.lost(provider_at(9).key, fail(ec::link_lost, "cut"), calls_start);
  CHECK(lost.sends.empty());
  CHECK(lost.endings.empty());
}

TEST_CASE("call_table: attempts are bounded by retry_count, and failfast makes one") {
  auto cases = std::map<cluster_mode, std::uint32_t>{
    {cluster_mode::failover, 3}, {cluster_mode::failfast, 1}};
  for (auto [mode, attempts_max] : cases) {
    auto table = table_with({.mode = mode, .retry_count = 2}, {provider_at(1)});
    auto out = call_table::output{};
    CHECK(table.call(request_of(true), calls_start, out) == 1);
    auto attempts = std::uint32_t{0};
    while (out.endings.empty()) {
      REQUIRE(out.sends.size() == 1);
      ++attempts;
      out = table.answered(
        result_for(out.sends[0], outcome::not_executed, ec::busy), calls_start);
    }
    CHECK(attempts == attempts_max);
    CHECK(out.endings[0].attempts == attempts_max);
    CHECK(out.endings[0].result.error() == ec::busy);
  }
}

TEST_CASE("call_table: an earlier attempt may still answer, but not refuse") {
  auto table = table_with({}, {provider_at(1), provider_at(2)});
  auto first = call_table::output{};
  CHECK(table.call(request_of(true), calls_start, first) == 1);
  CHECK(
    table.lost(first.sends[0].to, fail(ec::link_lost, "cut"), calls_start).sends.size()
    == 1);
  auto late_refusal = result_for(first.sends[0], outcome::not_executed, ec::busy);
  CHECK(table.answered(late_refusal, calls_start).sends.empty());
  auto late_answer = result_for(first.sends[0], outcome::answered);
  CHECK(table.answered(late_answer, calls_start).endings.size() == 1);
}

TEST_CASE("call_table: a call ends at its deadline, whatever happened before") {
  auto table = table_with({.deadline = 100ms}, {provider_at(1)});
  auto out = call_table::output{};
  CHECK(table.call(request_of(true), calls_start, out) == 1);
  CHECK(table.next_deadline() == calls_start + 100ms);
  CHECK(table.tick(calls_start + 99ms).endings.empty());
  auto end = table.tick(calls_start + 100ms);
  REQUIRE(end.endings.size() == 1);
  CHECK(end.endings[0].result.error() == ec::deadline_exceeded);
  CHECK(table.next_deadline() == time_point::max());
}

TEST_CASE("call_table: a handler's failure is final") {
  auto table = table_with({}, {provider_at(1), provider_at(2)});
  auto out = call_table::output{};
  CHECK(table.call(request_of(true), calls_start, out) == 1);
  auto end = table.answered(
    result_for(out.sends[0], outcome::failed, ec::not_found), calls_start);
  REQUIRE(end.endings.size() == 1);
  CHECK(end.endings[0].result.error() == ec::not_found);
}

TEST_CASE("call_table: more calls than calls_max fail with busy") {
  auto table = table_with({.calls_max = 1}, {provider_at(1)});
  auto out = call_table::output{};
  CHECK(table.call(request_of(true), calls_start, out) == 1);
  CHECK(out.endings.empty());
  CHECK(table.call(request_of(true), calls_start, out) == 2);
  REQUIRE(out.endings.size() == 1);
  CHECK(out.endings[0].result.error() == ec::busy);
}

TEST_CASE(
  "call_table: providers without weight get nothing, doubted ones only when there "
  "is no other") {
  auto doubted = provider_at(2);
  doubted.unconfirmed = true;
  auto table = table_with({}, {provider_at(1, 0), doubted, provider_at(3)});
  for (auto i = 0; i < 50; ++i) {
    auto out = call_table::output{};
    CHECK(table.call(request_of(true), calls_start, out) > 0);
    CHECK(out.sends[0].to == provider_at(3).key);
  }
  CHECK(table.providers_are({provider_at(1, 0), doubted}, calls_start).sends.empty());
  auto out = call_table::output{};
  CHECK(table.call(request_of(true), calls_start, out) > 0);
  CHECK(out.sends[0].to == doubted.key);
}

TEST_CASE("call_table: answered_below is the oldest call under way") {
  auto table = table_with({}, {provider_at(1)});
  auto out = call_table::output{};
  for (auto i = 0; i < 3; ++i)
    CHECK(table.call(request_of(true), calls_start, out) > 0);
  CHECK(out.sends[2].what.answered_below == 1);
  CHECK(
    table.answered(result_for(out.sends[0], outcome::answered), calls_start)
      .endings.size()
    == 1);
  CHECK(table.call(request_of(true), calls_start, out) == 4);
  CHECK(out.sends[3].what.answered_below == 2);
}

TEST_CASE(
  "call_table: in random lives every call ends once, by its deadline, and one that "
  "is not idempotent is executed by one provider at most") {
  for (auto seed = std::uint64_t{1}; seed <= 300; ++seed) {
    CAPTURE(seed);
    auto random = random_source{seed};
    auto config = call_config{.deadline = 100ms, .retry_count = 3};
    auto table = table_with(config, {provider_at(1), provider_at(2), provider_at(3)});
    auto now = calls_start;
    auto under_way = std::vector<call_table::send>{};
    auto started = std::map<std::uint64_t, time_point>{};
    auto idempotent = std::set<std::uint64_t>{};
    auto executed = std::map<std::uint64_t, std::set<provider_key>>{};
    auto ended = std::set<std::uint64_t>{};
    auto take = [&](call_table::output out) {
      for (auto& x : out.sends)
        under_way.push_back(std::move(x));
      for (auto& x : out.endings) {
        CHECK(ended.insert(x.number).second);
        CHECK(now - started.at(x.number) <= 101ms);
      }
    };
    for (auto step = 0; step < 400; ++step) {
      now += 1ms;
      if (random.chance(0.3)) {
        auto out = call_table::output{};
        auto is_idempotent = random.chance(0.5);
        auto next = static_cast<std::uint64_t>(started.size()) + 1;
        started[next] = now;
        if (is_idempotent)
          idempotent.insert(next);
        CHECK(table.call(request_of(is_idempotent), now, out) == next);
        take(std::move(out));
      }
      if (!under_way.empty() && random.chance(0.5)) {
        auto which = static_cast<std::ptrdiff_t>(random.below(under_way.size()));
        auto x = under_way[static_cast<std::size_t>(which)];
        under_way.erase(under_way.begin() + which);
        if (random.chance(0.2)) {
          take(table.answered(result_for(x, outcome::not_executed, ec::busy), now));
        } else {
          executed[x.what.id.number].insert(x.to);
          if (random.chance(0.8))
            take(table.answered(result_for(x, outcome::answered), now));
        }
      }
      if (random.chance(0.02))
        take(table.lost(
          provider_at(1 + random.below(3)).key, fail(ec::link_lost, "cut"), now));
      take(table.tick(now));
    }
    for (auto step = 0; step < 101; ++step) {
      now += 1ms;
      take(table.tick(now));
    }
    CHECK(ended.size() == started.size());
    for (const auto& [number, providers] : executed)
      if (!idempotent.contains(number))
        CHECK(providers.size() == 1);
  }
}

TEST_CASE("call_table: the first call gets a trace, which all of its attempts carry") {
  auto table = table_with({}, {provider_at(1), provider_at(2)});
  auto first = call_table::output{};
  CHECK(table.call(request_of(true), calls_start, first) == 1);
  const auto trace = first.sends.at(0).what.trace;
  CHECK_FALSE(trace.value().nil());
  auto second = table.lost(first.sends[0].to, fail(ec::link_lost, "cut"), calls_start);
  REQUIRE(second.sends.size() == 1);
  CHECK(second.sends[0].what.attempt == 2);
  CHECK(second.sends[0].what.trace == trace);
  auto end = table.answered(result_for(second.sends[0], outcome::answered), calls_start);
  CHECK(end.endings.at(0).trace == trace);
  CHECK(end.endings.at(0).at == second.sends[0].to);
}

TEST_CASE("call_table: traces of two calls differ, and a seed's are the same again") {
  auto traces = [] {
    auto table = table_with({}, {provider_at(1)});
    auto out = call_table::output{};
    CHECK(table.call(request_of(true), calls_start, out) == 1);
    CHECK(table.call(request_of(true), calls_start, out) == 2);
    return std::pair{out.sends.at(0).what.trace, out.sends.at(1).what.trace};
  };
  const auto [one, other] = traces();
  CHECK(one != other);
  CHECK(traces() == std::pair{one, other});
}

TEST_CASE("call_table: a call that is made for another keeps that one's trace") {
  auto table = table_with({}, {provider_at(1)});
  auto out = call_table::output{};
  auto request = request_of(true);
  request.trace = trace_id{uuid{4, 5}};
  CHECK(table.call(request, calls_start, out) == 1);
  CHECK(out.sends.at(0).what.trace == request.trace);
}

TEST_CASE("call_table: a call that went nowhere has a trace, too") {
  auto table = table_with({.calls_max = 1}, {provider_at(1)});
  auto out = call_table::output{};
  CHECK(table.call(request_of(true), calls_start, out) == 1);
  CHECK(table.call(request_of(true), calls_start, out) == 2);
  REQUIRE(out.endings.size() == 1);
  CHECK_FALSE(out.endings[0].trace.value().nil());
  CHECK_FALSE(out.endings[0].at);
}
