#include "actors/behavior.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/test_context.hpp"

#include <stdexcept>
#include <string>

#include <caf/all.hpp>
#include <doctest/doctest.h>

namespace troupe::actors {

namespace {

using echo_actor = caf::typed_actor<
  // Answers with the same number; throws on a negative one, of a known cause on -2.
  caf::replies_to<int>::with<int>>;

struct echo_state {
  static inline constexpr const char* name = "echo";
};

echo_actor::behavior_type make_echo(
  echo_actor::stateful_pointer<echo_state> self, const actor_context* context,
  bool throws) {
  install_defaults(self, context);
  if (throws)
    throw std::runtime_error{"no luck"};
  return {[](int x) {
    if (x == -2)
      throw known_failure{fail(ec::corrupt, "a row")};
    if (x < 0)
      throw std::runtime_error{"negative"};
    return x;
  }};
}

using watcher_actor = caf::typed_actor<caf::reacts_to<caf::actor>>;

/// Sends a text, which echo does not take, and monitors the actor it is told.
watcher_actor::behavior_type make_watcher(
  watcher_actor::stateful_pointer<echo_state> self, const actor_context* context) {
  install_defaults(self, context);
  return {[self](const caf::actor& other) {
    self->monitor(other);
    caf::anon_send(other, std::string{"what is this"});
  }};
}

struct behavior_fixture {
  test::deterministic_system system;
  test::test_context context{system};
  echo_actor echo = system.spawn(make_echo, &context, false);

  caf::actor untyped = caf::actor_cast<caf::actor>(echo);

  /// The error with which a request of `x` fails; none when it succeeds.
  error echo_failure(int x) {
    auto result = error{};
    auto answer = system.self()->request(echo, caf::infinite, x);
    system.settle();
    answer.receive([](int) {}, [&](const error& e) { result = e; });
    return result;
  }

  /// The reason with which an actor ends after `act`.
  template <class F>
  error reason_after(const caf::actor& actor, F act) {
    system.self()->monitor(actor);
    act();
    system.settle();
    auto result = error{};
    system.self()->receive([&](const caf::down_msg& x) { result = x.reason; });
    return result;
  }
};

} // namespace

TEST_CASE_FIXTURE(
  behavior_fixture, "behavior: a message without a handler is counted and dropped") {
  caf::anon_send(untyped, std::string{"what is this"});
  system.self()->send(untyped, std::string{"what is this"});
  system.settle();
  CHECK(context.count("troupe_actors_dropped_messages_total", "echo") == 2);
  CHECK(!system.self()->has_next_message()); // Nothing bounced.
  CHECK(!echo_failure(1));                   // It lives.
}

TEST_CASE_FIXTURE(
  behavior_fixture, "behavior: a request without a handler fails at once") {
  auto answer = system.self()->request(untyped, caf::infinite, std::string{"what"});
  system.settle();
  answer.receive(
    [] { FAIL("expected an error"); },
    [](const error& e) {
      CHECK(e == ec::invalid_argument);
      CHECK(sentence_of(e).starts_with("echo has no handler for"));
    });
}

TEST_CASE_FIXTURE(behavior_fixture, "behavior: every actor answers the watchdog's ping") {
  auto answer = system.self()->request(untyped, caf::infinite, caf::ping_atom_v);
  system.settle();
  answer.receive([](caf::pong_atom) {}, [](const error& e) { FAIL(render(e)); });
  CHECK(context.count("troupe_actors_dropped_messages_total", "echo") == 0);
}

TEST_CASE_FIXTURE(
  behavior_fixture, "behavior: an error that nobody asked for is counted") {
  caf::anon_send(untyped, fail(ec::busy, "x"));
  system.settle();
  CHECK(context.count("troupe_actors_errors_total", "echo") == 1);
  CHECK(!echo_failure(1));
}

TEST_CASE_FIXTURE(
  behavior_fixture, "behavior: a DOWN message is counted and changes nothing") {
  auto watcher = system.spawn(make_watcher, &context);
  caf::anon_send(watcher, untyped);
  system.settle();
  caf::anon_send_exit(untyped, caf::exit_reason::kill);
  system.settle();
  CHECK(context.count("troupe_actors_downs_total", "echo") == 1);
}

TEST_CASE_FIXTURE(
  behavior_fixture, "behavior: an exit message ends the actor with its reason") {
  auto reason = reason_after(
    untyped, [&] { system.self()->send_exit(untyped, fail(ec::stopping, "enough")); });
  CHECK(render(reason) == "stopping: enough");
}

TEST_CASE_FIXTURE(
  behavior_fixture, "behavior: an exception ends the actor and is told to all") {
  auto answered = error{};
  auto reason = reason_after(untyped, [&] { answered = echo_failure(-1); });
  CHECK(render(answered) == "internal: echo threw: negative");
  CHECK(render(reason) == "internal: echo threw: negative");
  CHECK(context.count("troupe_actors_exceptions_total", "echo") == 1);
  CHECK(context.logged("level=error"));
  CHECK(context.logged("actor=echo why=\"internal: echo threw: negative\""));
}

TEST_CASE_FIXTURE(
  behavior_fixture, "behavior: an exception of a known cause ends the actor with that") {
  auto reason = reason_after(untyped, [&] { echo_failure(-2); });
  CHECK(render(reason) == "corrupt: a row");
}

TEST_CASE_FIXTURE(
  behavior_fixture, "behavior: an exception while an actor is made is one as well") {
  auto broken = caf::actor_cast<caf::actor>(system.spawn(make_echo, &context, true));
  auto reason = reason_after(broken, [] {});
  CHECK(render(reason) == "internal: echo threw: no luck");
}

TEST_CASE_FIXTURE(behavior_fixture, "behavior: errors of the engine become ours") {
  CHECK(ours(caf::make_error(caf::sec::request_timeout)) == ec::deadline_exceeded);
  CHECK(ours(caf::make_error(caf::sec::request_receiver_down)) == ec::stopping);
  CHECK(ours(caf::make_error(caf::sec::unexpected_message)) == ec::invalid_argument);
  CHECK(ours(caf::make_error(caf::sec::unexpected_response)) == ec::unexpected_answer);
  CHECK(ours(caf::make_error(caf::sec::runtime_error)) == ec::internal);
  CHECK(ours(caf::make_error(caf::exit_reason::user_shutdown)) == ec::stopping);
  CHECK(ours(caf::make_error(caf::exit_reason::kill)) == ec::stopping);
  CHECK(
    ours(caf::make_error(caf::exit_reason::remote_link_unreachable)) == ec::link_lost);
  CHECK(ours(caf::make_error(caf::exit_reason::unhandled_exception)) == ec::internal);
  CHECK(render(ours(fail(ec::busy, "full"))) == "busy: full");
  CHECK(!ours(error{}));
}

TEST_CASE_FIXTURE(
  behavior_fixture, "behavior: a request to an actor that ended is ec::stopping") {
  system.self()->send_exit(untyped, caf::exit_reason::user_shutdown);
  system.settle();
  CHECK(ours(echo_failure(1)) == ec::stopping);
}

TEST_CASE("behavior: normal ends are those without an error and those asked for") {
  CHECK(ended_normally({}));
  CHECK(ended_normally(caf::make_error(caf::exit_reason::normal)));
  CHECK(ended_normally(caf::make_error(caf::exit_reason::user_shutdown)));
  CHECK(!ended_normally(caf::make_error(caf::exit_reason::kill)));
  CHECK(!ended_normally(fail(ec::internal, "x")));
}

} // namespace troupe::actors
