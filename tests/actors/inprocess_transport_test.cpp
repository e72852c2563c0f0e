#include "actors/inprocess_transport.hpp"
#include "actors/system_config.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/transport_contract.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace troupe::test {

struct inprocess_world {
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

  deterministic_system system;
  actors::inprocess_transport transport;
};

} // namespace troupe::test

TYPE_TO_STRING_AS("inprocess", troupe::test::inprocess_world);

namespace troupe::test {
namespace {

TROUPE_TEST_TRANSPORT(inprocess_world);

TEST_CASE(
  "inprocess_transport: one window waits at the receiver, the rest at the sender") {
  auto t = contract<inprocess_world>{};
  auto [near, far] = t.connect();
  auto window = actors::inprocess_config{}.window_bytes;
  near->write(byte_buffer(window + 1));
  CHECK(near->unsent_bytes() == 1);
  far->read(t.recorder);
  t.world.system.settle();
  CHECK(t.log->text(far->id()).size() == window);
  CHECK(near->unsent_bytes() == 0);
}

TEST_CASE("inprocess_transport: handles that outlive it do nothing more") {
  auto system = deterministic_system{};
  auto transport = std::make_unique<actors::inprocess_transport>();
  auto log = std::make_shared<event_log>();
  auto recorder = system.spawn(make_recorder, log);
  auto listener = transport->listen({"n1", 0}, recorder);
  REQUIRE(listener);
  transport->dial((*listener)->where(), actors::dial_id{1}, duration{}, recorder);
  system.settle();
  auto near = log->connected().at(0).connection;
  near->read(recorder);
  transport.reset();
  near->write(bytes_of("nobody hears this"));
  near->read(recorder);
  system.settle();
  CHECK(near->unsent_bytes() == 0);
  CHECK(log->ends().empty());
  near->close();
}

} // namespace
} // namespace troupe::test
