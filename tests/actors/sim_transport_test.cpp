#include "actors/sim/transport.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/transport_contract.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

namespace troupe::test {

using namespace std::chrono_literals;

struct sim_world {
  caf::actor_system& engine() { return system.engine(); }
  actors::transport& here() { return *near_side; }
  actors::transport& there() { return *far_side; }
  static actors::address place() { return {"n2", 0}; }
  static actors::address unknown_host() { return {"nowhere", 7400}; }
  std::optional<actors::address> dead() {
    static_cast<void>(silent);
    fabric.strike(sim::cut{"n1", "n3"});
    return actors::address{"n3", 7400};
  }

  /// Runs virtual time until `condition` holds, for a minute at most.
  template <class Condition>
  bool await(event_log& /*log*/, Condition condition) {
    system.settle();
    for (auto i = 0; i < 60'000 && !condition(); ++i)
      system.advance(1ms);
    return condition();
  }

  deterministic_system system;
  sim::fabric fabric{system.engine(), {}, 7};
  std::unique_ptr<sim::transport> near_side
    = std::make_unique<sim::transport>(fabric, "n1");
  std::unique_ptr<sim::transport> far_side
    = std::make_unique<sim::transport>(fabric, "n2");
  sim::transport silent{fabric, "n3"};
};

} // namespace troupe::test

TYPE_TO_STRING_AS("sim", troupe::test::sim_world);

namespace troupe::test {
namespace {

TROUPE_TEST_TRANSPORT(sim_world);

using world = contract<sim_world>;

void run(world& t, duration time) { t.world.system.advance(time); }

TEST_CASE("sim transport: bytes take the latency, and a cut holds them until it heals") {
  auto t = world{};
  auto [near, far] = t.connect();
  far->read(t.recorder);
  t.world.fabric.strike(sim::cut{"n1", "n2"});
  near->write(bytes_of("held"));
  run(t, 30s);
  CHECK(t.log->received().empty());
  CHECK(t.log->ends().empty());
  t.world.fabric.strike(sim::heal{"n1", "n2"});
  run(t, 0s);
  CHECK(t.log->received().empty());
  run(t, 201ms);
  CHECK(t.log->text(far->id()) == "held");
  CHECK(t.world.fabric.counters().segments_stalled == 1);
}

TEST_CASE("sim transport: a cut one way lets the other way pass") {
  auto t = world{};
  auto [near, far] = t.connect();
  t.world.fabric.strike(sim::cut{"n1", "n2"});
  near->write(bytes_of("lost in the cut"));
  far->write(bytes_of("passes"));
  CHECK(t.read(near, 6) == "passes");
  far->read(t.recorder);
  run(t, 10s);
  CHECK(t.log->text(far->id()).empty());
}

TEST_CASE(
  "sim transport: a dial whose answer is cut off fails, and nothing is accepted") {
  auto t = world{};
  t.world.fabric.strike(sim::cut{"n2", "n1"});
  t.dial(t.listener->where(), 2s);
  run(t, 1'999ms);
  CHECK(t.log->dial_failures().empty());
  run(t, 1ms);
  CHECK(t.log->dial_failures().size() == 1);
  t.world.fabric.strike(sim::heal_all{});
  run(t, 10s);
  CHECK(t.log->accepted().empty());
  CHECK(t.world.fabric.counters().dials_expired == 1);
}

TEST_CASE("sim transport: bytes in flight before and after a cut arrive in order") {
  auto t = world{};
  auto [near, far] = t.connect();
  auto expected = std::string{};
  for (auto i = 0; i < 200; ++i) {
    if (i % 20 == 5)
      t.world.fabric.strike(sim::cut{"n1", "n2"});
    if (i % 20 == 12)
      t.world.fabric.strike(sim::heal{"n1", "n2"});
    auto part = std::to_string(i) + ",";
    expected += part;
    near->write(bytes_of(part));
    run(t, 300us);
  }
  t.world.fabric.strike(sim::heal_all{});
  CHECK(t.read(far, expected.size()) == expected);
}

TEST_CASE("sim transport: a stall ends by itself") {
  auto t = world{};
  auto [near, far] = t.connect();
  far->read(t.recorder);
  t.world.fabric.strike(sim::stall{"n1", "n2", 5s});
  near->write(bytes_of("late"));
  run(t, 4'999ms);
  CHECK(t.log->received().empty());
  run(t, 2ms);
  CHECK(t.log->text(far->id()) == "late");
}

TEST_CASE("sim transport: a delay adds to the latency while it lasts") {
  auto t = world{};
  auto [near, far] = t.connect();
  t.world.fabric.strike(sim::delay{"n1", "n2", 500ms, 1s});
  far->read(t.recorder);
  near->write(bytes_of("slow"));
  run(t, 500ms);
  CHECK(t.log->received().empty());
  run(t, 1ms);
  CHECK(t.log->text(far->id()) == "slow");
  CHECK(t.world.fabric.counters().segments_delayed >= 1);
  run(t, 1s);
  auto before = t.world.fabric.counters().segments_delayed;
  near->write(bytes_of("quick"));
  CHECK(t.read(far, 9) == "slowquick");
  CHECK(t.world.fabric.counters().segments_delayed == before);
}

TEST_CASE("sim transport: a reset tells both ends at once, and spares other pairs") {
  auto t = world{};
  auto [near, far] = t.connect();
  near->read(t.recorder);
  far->read(t.recorder);
  t.world.fabric.strike(sim::reset{"n1", "n3"});
  run(t, 0s);
  CHECK(t.log->ends().empty());
  t.world.fabric.strike(sim::reset{"n2", "n1"});
  run(t, 0s);
  CHECK(t.log->end_count(near->id()) == 1);
  CHECK(t.log->end_count(far->id()) == 1);
  CHECK(t.world.fabric.counters().connections_reset == 1);
}

TEST_CASE("sim transport: a reset fails a dial under way") {
  auto t = world{};
  t.dial(t.listener->where());
  t.world.fabric.strike(sim::reset{"n1", "n2"});
  run(t, 10s);
  CHECK(t.log->dial_failures().size() == 1);
  CHECK(t.log->accepted().empty());
}

TEST_CASE(
  "sim transport: a crash resets its peers after the latency and tells it nothing") {
  auto t = world{};
  auto [near, far] = t.connect();
  near->read(t.recorder);
  far->read(t.recorder);
  auto where = t.listener->where();
  t.world.fabric.strike(sim::crash{"n2"});
  run(t, 0s);
  CHECK(t.log->ends().empty());
  run(t, 1ms);
  CHECK(t.log->end_count(near->id()) == 1);
  near->write(bytes_of("into the void"));
  far->write(bytes_of("from the grave"));
  run(t, 5s);
  CHECK(t.log->end_count(far->id()) == 0);
  CHECK(t.log->received().empty());
  t.dial(where);
  run(t, 1s);
  REQUIRE(t.log->dial_failures().size() == 1);
  CHECK(sentence_of(t.log->dial_failures()[0].why).find("refused") != std::string::npos);
  CHECK(t.world.fabric.counters().connections_crashed == 1);
}

TEST_CASE("sim transport: a crashed host's transport is dead, a new one is its restart") {
  auto t = world{};
  t.world.fabric.strike(sim::crash{"n2"});
  auto refused = t.world.far_side->listen({"n2", 0}, t.recorder);
  REQUIRE(!refused);
  CHECK(code_of(refused.error()) == ec::stopping);
  t.world.far_side->dial({"n1", 1}, actors::dial_id{99}, 1s, t.recorder);
  run(t, 5s);
  CHECK(t.log->dial_failures().empty());
  t.world.far_side = std::make_unique<sim::transport>(t.world.fabric, "n2");
  t.listener = t.listen({"n2", 0});
  t.fence();
}

TEST_CASE("sim transport: a crash and cuts are a power failure, silent until they heal") {
  auto t = world{};
  auto [near, far] = t.connect();
  near->read(t.recorder);
  t.world.fabric.strike(sim::cut{"n2", "n1"});
  t.world.fabric.strike(sim::crash{"n2"});
  run(t, 1min);
  CHECK(t.log->ends().empty());
  t.world.fabric.strike(sim::heal_all{});
  run(t, 1s);
  CHECK(t.log->end_count(near->id()) == 1);
}

TEST_CASE("sim transport: a crash drops the handles of its readers") {
  auto t = world{};
  auto [near, far] = t.connect();
  auto log = std::make_shared<event_log>();
  auto watch = std::weak_ptr<event_log>{log};
  far->read(t.world.system.engine().spawn(make_recorder, log));
  log = nullptr;
  run(t, 1s);
  CHECK(!watch.expired());
  t.world.fabric.strike(sim::crash{"n2"});
  run(t, 0s);
  CHECK(watch.expired());
}

TEST_CASE(
  "sim transport: a paused host gets and sends nothing until it resumes, in order") {
  auto t = world{};
  auto [near, far] = t.connect();
  far->read(t.recorder);
  t.world.fabric.strike(sim::pause{"n2"});
  near->write(bytes_of("one"));
  run(t, 1s);
  near->write(bytes_of("two"));
  far->write(bytes_of("reply"));
  near->read(t.recorder);
  t.dial(t.listener->where()); // Its machine answers; its process is not told.
  run(t, 4s);
  CHECK(t.log->received().empty());
  CHECK(t.log->connected().size() == 2);
  CHECK(t.log->accepted().size() == 1);
  t.world.fabric.strike(sim::resume{"n2"});
  run(t, 10ms);
  CHECK(t.log->text(near->id()) == "reply");
  CHECK(t.log->accepted().size() == 2);
  CHECK(t.read(far, 6) == "onetwo");
  CHECK(t.world.fabric.counters().events_paused > 0);
}

TEST_CASE("sim transport: a dial that fails while its host is paused is told later") {
  auto t = world{};
  t.dial({"n3", 1});
  t.world.fabric.strike(sim::pause{"n1"});
  run(t, 10s);
  t.world.fabric.strike(sim::crash{"n2"});
  CHECK(t.log->dial_failures().empty());
  t.world.fabric.strike(sim::resume{"n1"});
  run(t, 0s);
  CHECK(t.log->dial_failures().size() == 1);
}

TEST_CASE("sim transport: a transport that goes closes its connections in order") {
  auto t = world{};
  auto [near, far] = t.connect();
  far->write(bytes_of("goodbye"));
  far->read(t.recorder);
  t.world.far_side = nullptr;
  CHECK(t.read_to_end(near) == "goodbye");
  CHECK(t.log->end_count(far->id()) == 0);
}

/// Everything that happens in a run of ten seconds with faults, as text.
std::string story(std::uint64_t seed) {
  auto system = deterministic_system{};
  auto fabric = sim::fabric{system.engine(), {.bytes_per_second = 10'000'000}, seed};
  auto text = std::ostringstream{};
  fabric.set_trace([&](
                     time_point now, const std::string& from, const std::string& to,
                     const char* kind, byte_view bytes) {
    text << now.time_since_epoch().count() << ' ' << from << ' ' << to << ' ' << kind
         << ' ' << bytes.size() << ' ' << crc32c(bytes) << '\n';
  });
  auto one = sim::transport{fabric, "n1"};
  auto other = sim::transport{fabric, "n2"};
  auto log = std::make_shared<event_log>();
  auto recorder = system.spawn(make_recorder, log);
  auto listener = other.listen({"n2", 7400}, recorder);
  REQUIRE(listener);
  for (auto i = 1; i <= 3; ++i)
    one.dial({"n2", 7400}, actors::dial_id(static_cast<std::uint64_t>(i)), 1s, recorder);
  system.advance(100ms);
  for (auto i = 0; i < 30; ++i) {
    for (const auto& event : log->connected())
      event.connection->write(bytes_of(pattern(1'000)));
    if (i % 7 == 2)
      fabric.strike(sim::stall{"n1", "n2", 400ms});
    if (i == 20)
      fabric.strike(sim::reset{"n1", "n2"});
    system.advance(300ms);
  }
  CHECK(fabric.counters().segments_stalled > 0);
  log->forget_connections();
  return text.str();
}

TEST_CASE("sim transport: the same seed tells the same story, another seed another") {
  auto first = story(1);
  CHECK(first.size() > 1'000);
  CHECK(first == story(1));
  CHECK(first != story(2));
}

} // namespace
} // namespace troupe::test
