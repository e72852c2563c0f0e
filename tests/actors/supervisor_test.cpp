#include "actors/supervisor.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::actors {

namespace {

using namespace std::chrono_literals;

using words = std::vector<std::string>;
using output = supervisor::output;

const auto crash = fail(ec::internal, "crash");

/// The output as one line of what is to be done, in its order.
std::string text_of(const output& x) {
  auto result = std::string{};
  auto add = [&](std::string_view verb, const std::string& name) {
    result += (result.empty() ? "" : ", ") + std::string{verb} + " " + name;
  };
  for (const auto& name : x.stuck)
    add("stuck", name);
  for (const auto& name : x.recovered)
    add("recovered", name);
  for (const auto& name : x.pings)
    add("ping", name);
  for (const auto& name : x.kills)
    add("kill", name);
  if (x.stop)
    add("stop", *x.stop);
  if (x.start)
    add("start", *x.start);
  if (x.ended)
    add("ended", render(*x.ended));
  return result;
}

/// Children a, b and c, which all start; time is set by the test.
struct fixture {
  static std::vector<child_rule> rules(restart_kind kind) {
    return {
      {.name = "a", .restart = kind},
      {.name = "b", .restart = kind},
      {.name = "c", .restart = kind}};
  }

  supervisor
  make(restart_strategy strategy, restart_kind kind = restart_kind::permanent) {
    auto result = supervisor{"s", {.strategy = strategy}, rules(kind)};
    CHECK(follow(result, result.start(now)) == words{"start a", "start b", "start c"});
    return result;
  }

  /// Performs starts, all of which succeed; returns everything that was to be done.
  words follow(supervisor& core, output out) {
    auto result = words{};
    for (;;) {
      if (auto text = text_of(out); !text.empty())
        result.push_back(text);
      if (!out.start)
        return result;
      out = core.started(std::string{*out.start}, now);
    }
  }

  words crashed(supervisor& core, const std::string& name) {
    return follow(core, core.child_down(name, crash, false, now));
  }

  words stopped(supervisor& core, const std::string& name) {
    return follow(core, core.child_down(name, error{}, true, now));
  }

  words passes(supervisor& core, duration distance) {
    now += distance;
    return follow(core, core.tick(now));
  }

  time_point now{10s};
};

} // namespace

// -- start ----------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "supervisor: a child starts when the one before it runs") {
  auto core = supervisor{"s", {}, rules(restart_kind::permanent)};
  CHECK(text_of(core.start(now)) == "start a");
  CHECK(text_of(core.tick(now)) == "");
  CHECK(text_of(core.started("a", now)) == "start b");
}

TEST_CASE_FIXTURE(fixture, "supervisor: those after a child that fails to start wait") {
  auto core = supervisor{"s", {}, rules(restart_kind::permanent)};
  CHECK(text_of(core.start(now)) == "start a");
  CHECK(text_of(core.started("a", now)) == "start b");
  CHECK(text_of(core.start_failed("b", crash, now)) == "");
  CHECK(core.next_due() == now + 100ms);
  CHECK(passes(core, 99ms) == words{});
  CHECK(passes(core, 1ms) == words{"start b", "start c"});
}

TEST_CASE_FIXTURE(
  fixture, "supervisor: a temporary child that fails to start is skipped") {
  auto core = supervisor{"s", {}, rules(restart_kind::temporary)};
  CHECK(text_of(core.start(now)) == "start a");
  CHECK(text_of(core.start_failed("a", crash, now)) == "start b");
  CHECK(core.find("a") == nullptr);
}

// -- restart kinds ----------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "supervisor: a permanent child is restarted after any end") {
  auto core = make(restart_strategy::one_for_one);
  CHECK(stopped(core, "b") == words{});
  CHECK(core.find("b")->state == child_state::waiting);
  CHECK(passes(core, 100ms) == words{"start b"});
  CHECK(core.find("b")->restarts == 1);
}

TEST_CASE_FIXTURE(fixture, "supervisor: a transient child is restarted after an error") {
  auto core = make(restart_strategy::one_for_one, restart_kind::transient);
  CHECK(stopped(core, "a") == words{});
  CHECK(core.find("a")->state == child_state::ended);
  CHECK(crashed(core, "b") == words{});
  CHECK(passes(core, 1h) == words{"start b"});
}

TEST_CASE_FIXTURE(fixture, "supervisor: a temporary child that ends is forgotten") {
  auto core = make(restart_strategy::one_for_one, restart_kind::temporary);
  CHECK(crashed(core, "b") == words{});
  CHECK(core.find("b") == nullptr);
  CHECK(core.children().size() == 2);
  CHECK(passes(core, 1h) == words{});
}

// -- strategies -------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "supervisor: one_for_all stops backwards, starts forwards") {
  auto core = make(restart_strategy::one_for_all);
  CHECK(crashed(core, "b") == words{"stop c"});
  CHECK(passes(core, 1s) == words{}); // The backoff is over, but c has not ended.
  CHECK(stopped(core, "c") == words{"stop a"});
  CHECK(stopped(core, "a") == words{"start a", "start b", "start c"});
}

TEST_CASE_FIXTURE(fixture, "supervisor: one_for_all waits for the backoff, too") {
  auto core = make(restart_strategy::one_for_all);
  CHECK(crashed(core, "b") == words{"stop c"});
  CHECK(stopped(core, "c") == words{"stop a"});
  CHECK(stopped(core, "a") == words{});
  CHECK(core.next_due() == now + 100ms);
  CHECK(passes(core, 100ms) == words{"start a", "start b", "start c"});
}

TEST_CASE_FIXTURE(fixture, "supervisor: rest_for_one leaves those before it alone") {
  auto core = make(restart_strategy::rest_for_one);
  CHECK(crashed(core, "b") == words{"stop c"});
  CHECK(stopped(core, "c") == words{});
  CHECK(core.find("a")->state == child_state::running);
  CHECK(passes(core, 100ms) == words{"start b", "start c"});
}

TEST_CASE_FIXTURE(fixture, "supervisor: one_for_one lets the others wait for nobody") {
  auto core = make(restart_strategy::one_for_one);
  CHECK(crashed(core, "c") == words{});
  now += 50ms;
  CHECK(crashed(core, "a") == words{});
  CHECK(passes(core, 50ms) == words{"start c"});
  CHECK(passes(core, 50ms) == words{"start a"});
}

TEST_CASE_FIXTURE(
  fixture, "supervisor: a sibling that crashes while all stop counts once") {
  auto core = make(restart_strategy::one_for_all);
  CHECK(crashed(core, "b") == words{"stop c"});
  CHECK(crashed(core, "a") == words{});
  CHECK(crashed(core, "c") == words{});
  CHECK(core.next_due() == now + 100ms);
  CHECK(passes(core, 100ms) == words{"start a", "start b", "start c"});
}

TEST_CASE_FIXTURE(fixture, "supervisor: a group restart forgets temporary siblings") {
  auto children = rules(restart_kind::permanent);
  children[2].restart = restart_kind::temporary;
  auto core = supervisor{"s", {.strategy = restart_strategy::one_for_all}, children};
  follow(core, core.start(now));
  CHECK(crashed(core, "a") == words{"stop c"});
  CHECK(stopped(core, "c") == words{"stop b"});
  CHECK(core.find("c") == nullptr);
  CHECK(stopped(core, "b") == words{});
  CHECK(passes(core, 100ms) == words{"start a", "start b"});
}

TEST_CASE_FIXTURE(
  fixture, "supervisor: a temporary child not yet started keeps its turn") {
  auto children = rules(restart_kind::permanent);
  children[2].restart = restart_kind::temporary;
  auto core = supervisor{"s", {.strategy = restart_strategy::one_for_all}, children};
  CHECK(text_of(core.start(now)) == "start a");
  CHECK(text_of(core.start_failed("a", crash, now)) == "");
  CHECK(passes(core, 100ms) == words{"start a", "start b", "start c"});
}

// -- backoff and intensity --------------------------------------------------------------

TEST_CASE_FIXTURE(
  fixture, "supervisor: each restart waits twice as long, up to a bound") {
  auto core = supervisor{
    "s",
    {.restart_count_max = 100, .backoff_min = 100ms, .backoff_max = 1s},
    {{.name = "a"}}};
  follow(core, core.start(now));
  for (auto wait : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    CHECK(crashed(core, "a") == words{});
    CHECK(core.next_due() == now + wait);
    CHECK(passes(core, wait) == words{"start a"});
  }
}

TEST_CASE_FIXTURE(fixture, "supervisor: a healthy run resets the backoff") {
  auto core = supervisor{"s", {.healthy_after = 30s}, {{.name = "a"}}};
  follow(core, core.start(now));
  for (auto wait : {100ms, 200ms}) {
    crashed(core, "a");
    CHECK(core.next_due() == now + wait);
    passes(core, wait);
  }
  now += 30s - 1ns;
  crashed(core, "a");
  CHECK(core.next_due() == now + 400ms);
  passes(core, 400ms);
  now += 30s;
  crashed(core, "a");
  CHECK(core.next_due() == now + 100ms);
}

TEST_CASE_FIXTURE(fixture, "supervisor: gives up at one restart more than allowed") {
  auto core = supervisor{"s", {.restart_count_max = 2}, rules(restart_kind::permanent)};
  follow(core, core.start(now));
  CHECK(crashed(core, "b") == words{});
  CHECK(passes(core, 100ms) == words{"start b"});
  CHECK(crashed(core, "b") == words{});
  CHECK(passes(core, 200ms) == words{"start b"});
  CHECK(crashed(core, "b") == words{"stop c"});
  CHECK(text_of(core.shutdown(now)) == ""); // Does not hide the reason.
  CHECK(stopped(core, "c") == words{"stop a"});
  CHECK(
    stopped(core, "a")
    == words{
      "ended internal: supervisor s gave up: more than 2 restarts within 30 s, the "
      "last for child b: internal: crash"});
  CHECK(text_of(core.tick(now + 1h)) == "");
}

TEST_CASE_FIXTURE(fixture, "supervisor: restarts leave the window after its length") {
  for (auto [gap, given_up] :
       {std::pair{duration{30s}, true}, std::pair{duration{30s + 1ns}, false}}) {
    auto core
      = supervisor{"s", {.restart_count_max = 1, .restart_window = 30s}, {{.name = "a"}}};
    follow(core, core.start(now));
    crashed(core, "a");
    passes(core, gap);
    auto result = crashed(core, "a");
    CHECK(result.empty() == !given_up);
  }
}

// -- shutdown ---------------------------------------------------------------------------

TEST_CASE_FIXTURE(
  fixture, "supervisor: a shutdown stops backwards, one after the other") {
  auto core = make(restart_strategy::one_for_one);
  CHECK(text_of(core.shutdown(now)) == "stop c");
  CHECK(text_of(core.shutdown(now)) == "");
  CHECK(stopped(core, "c") == words{"stop b"});
  CHECK(crashed(core, "b") == words{"stop a"});
  CHECK(stopped(core, "a") == words{"ended none"});
}

TEST_CASE_FIXTURE(fixture, "supervisor: a shutdown does not wait for who does not run") {
  auto core = make(restart_strategy::one_for_one);
  crashed(core, "b");
  CHECK(text_of(core.shutdown(now)) == "stop c");
  CHECK(stopped(core, "c") == words{"stop a"});
  CHECK(stopped(core, "a") == words{"ended none"});
}

TEST_CASE_FIXTURE(fixture, "supervisor: without children a shutdown ends at once") {
  auto core = supervisor{"s", {}, {}};
  CHECK(text_of(core.start(now)) == "");
  CHECK(!core.next_due());
  CHECK(text_of(core.shutdown(now)) == "ended none");
}

TEST_CASE_FIXTURE(fixture, "supervisor: who does not end by its deadline is killed") {
  auto core = make(restart_strategy::one_for_one);
  CHECK(text_of(core.shutdown(now)) == "stop c");
  CHECK(core.next_due() == now + 5s);
  CHECK(passes(core, 5s - 1ns) == words{});
  CHECK(passes(core, 1ns) == words{"kill c"});
  CHECK(core.find("c")->state == child_state::killed);
  CHECK(crashed(core, "c") == words{"stop b"});
}

TEST_CASE_FIXTURE(fixture, "supervisor: who survives a kill is stuck and left behind") {
  auto core = make(restart_strategy::one_for_one);
  CHECK(text_of(core.shutdown(now)) == "stop c");
  CHECK(passes(core, 5s) == words{"kill c"});
  CHECK(passes(core, 5s) == words{"stuck c, stop b"});
  CHECK(stopped(core, "b") == words{"stop a"});
  CHECK(stopped(core, "a") == words{"ended none"});
}

TEST_CASE_FIXTURE(
  fixture, "supervisor: who is stuck is not replaced before it has ended") {
  auto core = make(restart_strategy::one_for_all);
  CHECK(crashed(core, "a") == words{"stop c"});
  CHECK(passes(core, 5s) == words{"kill c"});
  CHECK(passes(core, 5s) == words{"stuck c, stop b"});
  CHECK(stopped(core, "b") == words{});
  CHECK(passes(core, 1h) == words{});
  CHECK(crashed(core, "c") == words{"start a", "start b", "start c"});
}

TEST_CASE_FIXTURE(fixture, "supervisor: no_deadline waits for ever") {
  auto core = supervisor{"s", {}, {{.name = "a", .shutdown_deadline = no_deadline}}};
  follow(core, core.start(now));
  CHECK(text_of(core.shutdown(now)) == "stop a");
  CHECK(!core.next_due());
  CHECK(passes(core, 1000h) == words{});
}

// -- children that come and go ----------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "supervisor: a child can be added and removed") {
  auto core = make(restart_strategy::one_for_one);
  CHECK(follow(core, *core.add({.name = "d"}, now)) == words{"start d"});
  CHECK(text_of(*core.remove("d", now)) == "stop d");
  CHECK(core.find("d") != nullptr);
  CHECK(stopped(core, "d") == words{});
  CHECK(core.find("d") == nullptr);
  CHECK(follow(core, *core.add({.name = "d"}, now)) == words{"start d"});
}

TEST_CASE_FIXTURE(
  fixture, "supervisor: a child that waits for its restart can be removed") {
  auto core = make(restart_strategy::one_for_one);
  crashed(core, "b");
  CHECK(text_of(*core.remove("b", now)) == "");
  CHECK(core.find("b") == nullptr);
  CHECK(passes(core, 1h) == words{});
}

TEST_CASE_FIXTURE(fixture, "supervisor: a removal holds back nobody's start") {
  auto core = supervisor{"s", {}, rules(restart_kind::permanent)};
  CHECK(text_of(core.start(now)) == "start a");
  CHECK(text_of(core.started("a", now)) == "start b");
  CHECK(text_of(core.start_failed("b", crash, now)) == "");
  CHECK(text_of(*core.remove("a", now)) == "stop a");
  CHECK(passes(core, 100ms) == words{"start b", "start c"});
}

TEST_CASE_FIXTURE(fixture, "supervisor: an added child waits for no child before it") {
  auto core = supervisor{"s", {}, {{.name = "a"}}};
  CHECK(text_of(core.start(now)) == "start a");
  CHECK(text_of(core.start_failed("a", crash, now)) == "");
  CHECK(follow(core, *core.add({.name = "d"}, now)) == words{"start d"});
}

TEST_CASE_FIXTURE(
  fixture, "supervisor: a group restart waits for stops not yet asked for") {
  auto core = make(restart_strategy::one_for_all);
  CHECK(text_of(*core.remove("c", now)) == "stop c");
  CHECK(crashed(core, "a") == words{}); // It is the turn of b when c has ended.
  CHECK(passes(core, 100ms) == words{});
  CHECK(stopped(core, "c") == words{"stop b"});
  CHECK(stopped(core, "b") == words{"start a", "start b"});
}

TEST_CASE_FIXTURE(fixture, "supervisor: adding and removing fail with a reason") {
  auto core = make(restart_strategy::one_for_one);
  CHECK(core.add({.name = "a"}, now).error() == ec::already_exists);
  CHECK(core.remove("x", now).error() == ec::not_found);
  static_cast<void>(core.shutdown(now));
  CHECK(core.add({.name = "d"}, now).error() == ec::stopping);
}

// -- watchdog ---------------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "supervisor: a watched child is pinged at its period") {
  auto core = supervisor{"s", {}, {{.name = "a", .watchdog = 10s}, {.name = "b"}}};
  follow(core, core.start(now));
  CHECK(core.next_due() == now + 10s);
  CHECK(passes(core, 10s - 1ns) == words{});
  CHECK(passes(core, 1ns) == words{"ping a"});
  now += 3s;
  CHECK(text_of(core.answered("a", now)) == "");
  CHECK(passes(core, 10s) == words{"ping a"});
}

TEST_CASE_FIXTURE(
  fixture, "supervisor: a silent child is stuck, once, until it answers") {
  auto core = supervisor{"s", {}, {{.name = "a", .watchdog = 10s}}};
  follow(core, core.start(now));
  CHECK(passes(core, 10s) == words{"ping a"});
  CHECK(passes(core, 10s) == words{"stuck a"});
  CHECK(core.find("a")->silent);
  CHECK(passes(core, 10s) == words{});
  CHECK(text_of(core.answered("a", now)) == "recovered a");
  CHECK(!core.find("a")->silent);
  CHECK(passes(core, 10s) == words{"ping a"});
}

TEST_CASE_FIXTURE(fixture, "supervisor: a child that is being stopped is not pinged") {
  auto core = supervisor{"s", {}, {{.name = "a", .watchdog = 1s}}};
  follow(core, core.start(now));
  CHECK(text_of(core.shutdown(now)) == "stop a");
  CHECK(passes(core, 2s) == words{});
}

TEST_CASE_FIXTURE(fixture, "supervisor: who waits for its turn to stop is not pinged") {
  auto core
    = supervisor{"s", {}, {{.name = "a", .watchdog = 1s}, {.name = "b", .watchdog = 1s}}};
  follow(core, core.start(now));
  CHECK(text_of(core.shutdown(now)) == "stop b");
  CHECK(core.next_due() == now + 5s); // The deadline of b.
  CHECK(passes(core, 2s) == words{});
}

TEST_CASE_FIXTURE(fixture, "supervisor: a restarted child owes no answer") {
  auto core = supervisor{"s", {}, {{.name = "a", .watchdog = 1s}}};
  follow(core, core.start(now));
  CHECK(passes(core, 1s) == words{"ping a"});
  crashed(core, "a");
  CHECK(passes(core, 100ms) == words{"start a"});
  CHECK(passes(core, 1s) == words{"ping a"});
}

} // namespace troupe::actors
