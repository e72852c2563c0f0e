/// The injector: a calm one is a transport like any other; faults strike links of nodes.
#include "actors/inprocess_transport.hpp"
#include "apps/inject/injected_transport.hpp"
#include "cluster/framing.hpp"
#include "cluster/link_wire.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/test_context.hpp"
#include "tests/support/transport_contract.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/duration.hpp>
#include <caf/send.hpp>
#include <doctest/doctest.h>

namespace troupe::test {

using namespace std::chrono_literals;

struct injected_world {
  injected_world() {
    auto config = apps::injector_config{
      &below, &gate,
      [this](duration length) {
        pauses.push_back(length);
        return error{};
      },
      10min};
    injector
      = system.spawn(apps::make_injector, &context, std::move(config), random_source{1});
    transport.attach(injector);
  }

  ~injected_world() { transport.detach(); }

  caf::actor_system& engine() { return system.engine(); }
  actors::transport& here() { return transport; }
  actors::transport& there() { return transport; }
  static actors::address place() { return {"n1", 0}; }
  static actors::address unknown_host() { return {"nowhere", 7400}; }
  static std::optional<actors::address> dead() { return {}; }

  template <class Condition>
  bool await(event_log& /*log*/, Condition condition) {
    system.settle();
    return condition();
  }

  /// What the injector answers to `what`.
  template <class Reply, class Query>
  expected<Reply> ask(const Query& what) {
    auto answer = system.self()->request(injector, caf::infinite, what);
    system.settle();
    auto result = expected<Reply>{fail(ec::internal, "no answer")};
    answer.receive(
      [&](const Reply& x) { result = x; }, [&](const error& why) { result = why; });
    return result;
  }

  deterministic_system system;
  test_context context{system};
  actors::inprocess_transport below;
  apps::stall_gate gate;
  apps::injected_transport transport{below};
  std::vector<duration> pauses;
  apps::injector_actor injector;
};

} // namespace troupe::test

TYPE_TO_STRING_AS("injected", troupe::test::injected_world);

namespace troupe::test {
namespace {

// All of the contract, but that it serves one listener at a time, as a node has.
TEST_CASE_TEMPLATE_INVOKE(contract_both_ways, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_order, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_many_writes, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_pull, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_hand_over, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_back_pressure, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_close_flushes, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_close_unread, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_close_silences, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_close_repeats, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_last_reference, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_after_end, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_ids, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_peer, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_port_zero, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_in_use, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_listener_gone, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_refused, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_unknown_host, injected_world);
TEST_CASE_TEMPLATE_INVOKE(contract_dead_address, injected_world);

std::string framed(const cluster::link_frame& x) {
  auto result = byte_buffer{};
  cluster::append_frame(result, cluster::encode(x));
  return std::string{as_text(result)};
}

std::string hello_of(const std::string& name, cluster::link_role role) {
  auto result = cluster::hello{};
  result.from.id = node_id{uuid{0, 2}};
  result.from.name = node_name{name};
  result.from.role = role;
  result.version_min = cluster::link_version_min;
  result.version_max = cluster::link_version_max;
  return framed(result);
}

apps::injected_fault fault_of(apps::injected_kind kind, const char* peer = nullptr) {
  auto result = apps::injected_fault{};
  result.kind = kind;
  if (peer != nullptr)
    result.peers = {node_name{peer}};
  return result;
}

/// The node's end of a connection that somebody outside has dialled.
struct met : contract<injected_world> {
  explicit met(
    const std::string& name, cluster::link_role role = cluster::link_role::node) {
    world.below.dial(listener->where(), actors::dial_id{999}, 5s, recorder);
    world.system.settle();
    outside = log->connected().back().connection;
    inside = log->accepted().back().connection;
    hello = hello_of(name, role);
    outside->write(bytes_of(hello));
    CHECK(read(inside, hello.size()) == hello);
  }

  ~met() {
    outside->close();
    inside->close();
    world.system.settle();
  }

  void inject(const apps::injected_fault& x) {
    REQUIRE(world.ask<apps::inject_reply>(apps::inject_command{x}));
  }

  std::string heard_inside() {
    inside->read(recorder);
    world.system.settle();
    return log->text(inside->id()).substr(hello.size());
  }

  std::string heard_outside() {
    outside->read(recorder);
    world.system.settle();
    return log->text(outside->id());
  }

  actors::connection_ptr outside;
  actors::connection_ptr inside;
  std::string hello;
};

TEST_CASE("injector: a partition holds bytes back in both directions, until it heals") {
  auto t = met{"n2"};
  t.inject(fault_of(apps::injected_kind::partition, "n2"));
  t.inside->write(bytes_of("out"));
  t.outside->write(bytes_of("in"));
  CHECK(t.heard_outside().empty());
  CHECK(t.heard_inside().empty());
  CHECK(t.inside->unsent_bytes() == 3);
  const auto healed = t.world.ask<apps::heal_reply>(apps::heal_command{});
  REQUIRE(healed);
  CHECK(healed->ended == 1);
  t.world.system.settle();
  CHECK(t.log->text(t.outside->id()) == "out");
  CHECK(t.log->text(t.inside->id()) == t.hello + "in");
  CHECK(t.inside->unsent_bytes() == 0);
}

TEST_CASE("injector: a partition leaves other nodes and shells alone") {
  for (auto [name, role] :
       {std::pair{"n3", cluster::link_role::node}, {"n2", cluster::link_role::client}}) {
    auto t = met{name, role};
    t.inject(fault_of(apps::injected_kind::partition, "n2"));
    t.inside->write(bytes_of("out"));
    CHECK(t.heard_outside() == "out");
    t.outside->write(bytes_of("in"));
    CHECK(t.heard_inside() == "in");
  }
}

TEST_CASE("injector: one_way holds back what is sent alone") {
  auto t = met{"n2"};
  t.inject(fault_of(apps::injected_kind::one_way));
  t.inside->write(bytes_of("out"));
  t.outside->write(bytes_of("in"));
  CHECK(t.heard_outside().empty());
  CHECK(t.heard_inside() == "in");
}

TEST_CASE("injector: a connection closed while it is cut off closes when the cut ends") {
  auto t = met{"n2"};
  t.inject(fault_of(apps::injected_kind::partition));
  t.outside->read(t.recorder);
  t.inside->close();
  t.world.system.settle();
  CHECK(t.log->end_count(t.outside->id()) == 0);
  REQUIRE(t.world.ask<apps::heal_reply>(apps::heal_command{}));
  CHECK(t.log->end_count(t.outside->id()) == 1);
}

TEST_CASE("injector: a handshake with somebody who is cut off does not get through") {
  auto t = met{"n3"};
  t.inject(fault_of(apps::injected_kind::partition, "n2"));
  t.world.below.dial(t.listener->where(), actors::dial_id{1'000}, 5s, t.recorder);
  t.world.system.settle();
  const auto inside = t.log->accepted().back().connection;
  t.log->connected().back().connection->write(
    bytes_of(hello_of("n2", cluster::link_role::node)));
  inside->read(t.recorder);
  t.world.system.settle();
  CHECK(t.log->text(inside->id()).empty());
}

TEST_CASE("injector: a delay is on the way in and on the way out") {
  auto t = met{"n2"};
  auto fault = fault_of(apps::injected_kind::delay);
  fault.delay = 50ms;
  t.inject(fault);
  t.inside->write(bytes_of("out"));
  t.outside->write(bytes_of("in"));
  CHECK(t.heard_outside().empty());
  CHECK(t.heard_inside().empty());
  t.world.system.advance(49ms);
  CHECK(t.log->text(t.outside->id()).empty());
  t.world.system.advance(1ms);
  CHECK(t.log->text(t.outside->id()) == "out");
  CHECK(t.log->text(t.inside->id()) == t.hello + "in");
}

TEST_CASE("injector: drop breaks the connection at both ends") {
  auto t = met{"n2"};
  auto fault = fault_of(apps::injected_kind::drop);
  fault.ratio = 1;
  t.inject(fault);
  t.outside->read(t.recorder);
  t.inside->read(t.recorder);
  t.inside->write(bytes_of("lost"));
  t.world.system.settle();
  CHECK(t.log->text(t.outside->id()).empty());
  CHECK(t.log->end_count(t.outside->id()) == 1);
  CHECK(t.log->end_count(t.inside->id()) == 1);
}

TEST_CASE("injector: a fault ends by itself, and its log says so") {
  auto t = met{"n2"};
  auto fault = fault_of(apps::injected_kind::partition);
  fault.length = 5s;
  t.inject(fault);
  t.inside->write(bytes_of("late"));
  CHECK(t.heard_outside().empty());
  const auto standing = t.world.ask<apps::faults_reply>(apps::faults_query{});
  REQUIRE(standing);
  REQUIRE(standing->faults.size() == 1);
  CHECK(standing->faults.front().remaining == 5s);
  t.world.system.advance(5s);
  CHECK(t.log->text(t.outside->id()) == "late");
  CHECK(t.world.ask<apps::faults_reply>(apps::faults_query{})->faults.empty());
  CHECK(t.world.context.logged("faults may be injected"));
  CHECK(t.world.context.logged("fault injected"));
  CHECK(t.world.context.logged("injected fault ended"));
}

TEST_CASE("injector: a dial to a node that is cut off hangs, and goes on when it heals") {
  auto t = met{"n3"};
  // It learns who listens there from a handshake.
  auto elsewhere = t.world.below.listen({"n2", 0}, t.recorder);
  REQUIRE(elsewhere);
  auto welcome = cluster::welcome{};
  welcome.from.id = node_id{uuid{0, 2}};
  welcome.from.name = node_name{"n2"};
  welcome.version = cluster::link_version_max;
  welcome.link_address = to_string((*elsewhere)->where());
  t.dial((*elsewhere)->where());
  t.world.system.settle();
  t.log->accepted().back().connection->write(bytes_of(framed(welcome)));
  t.log->connected().back().connection->read(t.recorder);
  t.world.system.settle();

  t.inject(fault_of(apps::injected_kind::partition, "n2"));
  const auto before = t.log->connected().size();
  t.dial((*elsewhere)->where(), 1s);
  t.dial((*elsewhere)->where(), 1min);
  t.world.system.advance(1s);
  CHECK(t.log->dial_failures().size() == 1);
  CHECK(t.log->connected().size() == before);
  REQUIRE(t.world.ask<apps::heal_reply>(apps::heal_command{}));
  CHECK(t.log->connected().size() == before + 1);
}

TEST_CASE("injector: a pause begins after its answer has had time to leave") {
  auto t = met{"n2"};
  auto fault = fault_of(apps::injected_kind::pause);
  CHECK_FALSE(t.world.ask<apps::inject_reply>(apps::inject_command{fault}));
  fault.length = 3s;
  t.inject(fault);
  CHECK(t.world.pauses.empty());
  t.world.system.advance(1s);
  CHECK(t.world.pauses == std::vector<duration>{3s});
}

} // namespace
} // namespace troupe::test
