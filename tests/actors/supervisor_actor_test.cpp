#include "actors/supervisor_actor.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/test_context.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <caf/all.hpp>
#include <doctest/doctest.h>

namespace troupe::actors {

namespace {

using namespace std::chrono_literals;

using worker_actor = caf::typed_actor<
  // Throws.
  caf::reacts_to<caf::close_atom>,
  // Ends normally.
  caf::reacts_to<caf::leave_atom>,
  // From here on neither ends when asked nor answers pings; again, and it does.
  caf::reacts_to<caf::idle_atom>>;

struct worker_state {
  static inline constexpr const char* name = "worker";
  worker_state() = default;
  bool deaf = false;
};

worker_actor::behavior_type make_worker(
  worker_actor::stateful_pointer<worker_state> self, const actor_context* context) {
  install_defaults(self, context);
  self->set_exit_handler([self](const caf::exit_msg& x) {
    if (!self->state.deaf)
      self->quit(x.reason);
  });
  return {
    [](caf::close_atom) { throw std::runtime_error{"crash"}; },
    [self](caf::leave_atom) { self->quit(); },
    [self](caf::idle_atom) {
      self->state.deaf = !self->state.deaf;
      if (self->state.deaf)
        self->set_default_handler(
          [](caf::scheduled_actor*, caf::message_view&) -> caf::result<caf::message> {
            return caf::message{};
          });
    },
  };
}

struct supervisor_fixture {
  /// A child that starts a worker and keeps its address in `workers`.
  child_spec worker(const std::string& name) {
    return {
      .name = name,
      .start = [this, name](caf::actor_system& engine) -> expected<child_handle> {
        starts.push_back(name);
        if (refused > 0) {
          --refused;
          return fail(ec::system, "no worker today");
        }
        auto handle = engine.spawn(make_worker, &context);
        workers[name] = caf::actor_cast<caf::actor_addr>(handle);
        return handle;
      }};
  }

  void run(supervisor_config config, std::vector<child_spec> children) {
    root = system.spawn(make_supervisor, &context, "root", config, std::move(children));
    system.settle();
  }

  /// The worker that runs under `name`, or null.
  worker_actor find(const std::string& name) {
    return caf::actor_cast<worker_actor>(workers.at(name));
  }

  template <class Atom>
  void tell(const std::string& name, Atom atom) {
    caf::anon_send(find(name), atom);
    system.settle();
  }

  tree_node tree(duration budget = 1s) {
    auto result = tree_node{};
    auto answer = system.self()->request(root, caf::infinite, atom::tree_v, budget);
    system.settle();
    system.advance(budget);
    answer.receive(
      [&](tree_node& x) { result = std::move(x); },
      [](const error& e) { FAIL(render(e)); });
    return result;
  }

  template <class... Ts>
  error request(const Ts&... xs) {
    auto result = error{};
    auto answer = system.self()->request(root, caf::infinite, xs...);
    system.settle();
    answer.receive([] {}, [&](const error& e) { result = e; });
    return result;
  }

  /// Whether, and with what, the supervisor has ended.
  std::optional<error> end_of_root() {
    auto result = std::optional<error>{};
    system.self()->monitor(root);
    system.settle();
    system.self()->receive(
      [&](const caf::down_msg& x) { result = x.reason; }, caf::after(0s) >> [] {});
    if (!result)
      system.self()->demonitor(root.address());
    return result;
  }

  void shut_down() {
    caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
    system.settle();
  }

  std::vector<std::string> starts;
  std::map<std::string, caf::actor_addr> workers;
  int refused = 0; // How many of the next starts fail.
  test::deterministic_system system;
  test::test_context context{system};
  supervisor_actor root;
};

using words = std::vector<std::string>;

} // namespace

TEST_CASE_FIXTURE(supervisor_fixture, "supervisor_actor: starts its children in order") {
  run({}, {worker("a"), worker("b")});
  CHECK(starts == words{"a", "b"});
  CHECK(find("a"));
  CHECK(find("b"));
}

TEST_CASE_FIXTURE(
  supervisor_fixture, "supervisor_actor: a crashed child is started after its backoff") {
  run({}, {worker("a"), worker("b")});
  tell("a", caf::close_atom_v);
  CHECK(!find("a"));
  CHECK(context.logged("supervisor=root child=a why=\"internal: worker threw: crash\""));
  system.advance(99ms);
  CHECK(!find("a"));
  system.advance(1ms);
  CHECK(find("a"));
  CHECK(starts == words{"a", "b", "a"});
  auto& restarts = context.metrics->make_counter(
    "troupe_actors_restarts_total", "Children that a supervisor started again.",
    {{"supervisor", "root"}});
  CHECK(restarts.value() == 1);
}

TEST_CASE_FIXTURE(
  supervisor_fixture, "supervisor_actor: a transient child may end normally") {
  auto child = worker("a");
  child.restart = restart_kind::transient;
  run({}, {child});
  tell("a", caf::leave_atom_v);
  system.advance(1h);
  CHECK(starts == words{"a"});
}

TEST_CASE_FIXTURE(supervisor_fixture, "supervisor_actor: a failed start is tried again") {
  refused = 2;
  run({}, {worker("a"), worker("b")});
  CHECK(starts == words{"a"});
  CHECK(context.logged("child=a why=\"system: no worker today\""));
  system.advance(300ms);
  CHECK(starts == words{"a", "a", "a", "b"});
}

TEST_CASE_FIXTURE(
  supervisor_fixture, "supervisor_actor: one_for_all really ends the siblings") {
  run({.strategy = restart_strategy::one_for_all}, {worker("a"), worker("b")});
  tell("b", caf::close_atom_v);
  CHECK(!find("a"));
  system.advance(100ms);
  CHECK(starts == words{"a", "b", "a", "b"});
}

TEST_CASE_FIXTURE(
  supervisor_fixture, "supervisor_actor: a shutdown ends children, then itself") {
  run({}, {worker("a"), worker("b")});
  shut_down();
  CHECK(!find("a"));
  CHECK(!find("b"));
  CHECK(end_of_root() == caf::make_error(caf::exit_reason::user_shutdown));
}

TEST_CASE_FIXTURE(
  supervisor_fixture, "supervisor_actor: a child that does not end in time is killed") {
  run({}, {worker("a"), worker("b")});
  tell("b", caf::idle_atom_v);
  shut_down();
  CHECK(find("b"));
  CHECK(find("a")); // Its turn has not come.
  system.advance(5s - 1ns);
  CHECK(find("b"));
  system.advance(1ns);
  CHECK(!find("b"));
  CHECK(!find("a"));
  CHECK(context.logged("msg=\"an actor did not end in time\" supervisor=root child=b"));
  CHECK(end_of_root() == caf::make_error(caf::exit_reason::user_shutdown));
}

TEST_CASE_FIXTURE(
  supervisor_fixture, "supervisor_actor: gives up with a reason, and with no orphans") {
  run({.restart_count_max = 1}, {worker("a"), worker("b")});
  tell("a", caf::close_atom_v);
  system.advance(100ms);
  CHECK(!end_of_root());
  tell("a", caf::close_atom_v);
  CHECK(!find("b"));
  auto end = end_of_root();
  REQUIRE(end);
  CHECK(*end == ec::internal);
  CHECK(sentence_of(*end).starts_with("supervisor root gave up: more than 1 restarts"));
  CHECK(context.logged("level=error"));
}

TEST_CASE_FIXTURE(
  supervisor_fixture, "supervisor_actor: a killed supervisor leaves no orphans") {
  run({}, {worker("a")});
  tell("a", caf::idle_atom_v); // Not even one that ignores a polite request.
  auto held = find("a");       // The kill must end it, not the loss of its last handle.
  system.self()->monitor(held);
  caf::anon_send_exit(root, caf::exit_reason::kill);
  system.settle();
  auto reason = std::optional<error>{};
  system.self()->receive(
    [&](const caf::down_msg& x) { reason = x.reason; }, caf::after(0s) >> [] {});
  CHECK(reason == caf::make_error(caf::exit_reason::kill));
}

TEST_CASE_FIXTURE(
  supervisor_fixture, "supervisor_actor: escalation restarts the subtree") {
  auto subtree = child_spec{
    .name = "sub", .start = [this](caf::actor_system& engine) -> expected<child_handle> {
      return engine.spawn(
        make_supervisor, &context, "sub", supervisor_config{.restart_count_max = 0},
        std::vector{worker("a")});
    }};
  run({}, {subtree});
  tell("a", caf::close_atom_v);
  CHECK(starts == words{"a"});
  system.advance(100ms);
  CHECK(starts == words{"a", "a"});
  CHECK(find("a"));
}

TEST_CASE_FIXTURE(
  supervisor_fixture, "supervisor_actor: children come and go at run time") {
  run({}, {worker("a")});
  CHECK(!request(caf::add_atom_v, worker("b")));
  CHECK(find("b"));
  CHECK(request(caf::add_atom_v, worker("b")) == ec::already_exists);
  CHECK(!request(caf::delete_atom_v, std::string{"b"}));
  CHECK(!find("b"));
  CHECK(request(caf::delete_atom_v, std::string{"b"}) == ec::not_found);
  CHECK(!request(caf::add_atom_v, worker("b")));
  CHECK(starts == words{"a", "b", "b"});
}

TEST_CASE_FIXTURE(
  supervisor_fixture, "supervisor_actor: the watchdog names who does not answer") {
  auto child = worker("a");
  child.watchdog = 10s;
  run({}, {child});
  system.advance(1min);
  CHECK(!context.logged("stuck"));
  tell("a", caf::idle_atom_v);
  system.advance(20s);
  CHECK(context.logged("msg=\"an actor is stuck in a handler\" supervisor=root child=a"));
  CHECK(tree().children.at(0).state == "stuck");
  CHECK(find("a"));
}

TEST_CASE_FIXTURE(
  supervisor_fixture, "supervisor_actor: the tree tells names, states and restarts") {
  auto inner = worker("x");
  auto subtree = child_spec{
    .name = "sub",
    .start = [=, this](caf::actor_system& engine) -> expected<child_handle> {
      return engine.spawn(
        make_supervisor, &context, "sub", supervisor_config{}, std::vector{inner});
    }};
  run({}, {worker("a"), subtree, worker("b")});
  tell("b", caf::close_atom_v);
  system.advance(100ms);
  tell("a", caf::close_atom_v);
  auto expected = tree_node{
    "root",
    "running",
    0,
    {{"a", "waiting", 0, {}},
     {"sub", "running", 0, {{"x", "running", 0, {}}}},
     {"b", "running", 1, {}}}};
  CHECK(tree(50ms) == expected);
}

TEST_CASE_FIXTURE(
  supervisor_fixture, "supervisor_actor: a silent supervisor does not hold up the tree") {
  using fake_actor = supervisor_actor; // Takes every question and answers none.
  auto silent = child_spec{
    .name = "sub", .start = [](caf::actor_system& engine) -> expected<child_handle> {
      return engine.spawn([](fake_actor::pointer self) -> fake_actor::behavior_type {
        return {
          [self](atom::tree, duration) {
            return self->make_response_promise<tree_node>();
          },
          [](caf::add_atom, const child_spec&) {},
          [](caf::delete_atom, const std::string&) {},
          [](caf::pong_atom) {},
          [](caf::tick_atom) {},
        };
      });
    }};
  run({}, {silent});
  auto expected = tree_node{
    "root", "running", 0, {{"sub", "running", 0, {{"...", "unknown", 0, {}}}}}};
  CHECK(tree() == expected);
}

TEST_CASE_FIXTURE(
  supervisor_fixture, "supervisor_actor: a timer that is overtaken is not lost") {
  auto slow = worker("a");
  slow.watchdog = 1s;
  run({}, {slow, worker("b")});
  system.advance(500ms);
  tell("b", caf::close_atom_v); // Its restart is due before the watchdog.
  system.advance(100ms);
  CHECK(find("b"));
  tell("a", caf::idle_atom_v);
  system.advance(2s);
  CHECK(context.logged("stuck"));
}

} // namespace troupe::actors
