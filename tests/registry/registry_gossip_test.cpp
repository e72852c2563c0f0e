#include "registry/registry_core.hpp"
#include "tests/registry/cluster.hpp"

#include <chrono>

#include <doctest/doctest.h>

namespace troupe::registry::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("registry_core: one exchange gives both sides what they lack") {
  auto c = cluster{2};
  put(c.at(1), shop, "one");
  put(c.at(2), shop, "two");
  CHECK(c.sync(1, 2) == 4); // Digest; deltas with questions; deltas; confirmation.
  CHECK(count_of(c.at(1), shop) == 2);
  CHECK(count_of(c.at(2), shop) == 2);
  CHECK(c.sync(1, 2) == 1);
}

TEST_CASE("registry_core: entries are passed on by who is not their owner") {
  auto c = cluster{3};
  put(c.at(1), shop, "v");
  c.sync(1, 2);
  c.sync(3, 2);
  CHECK(count_of(c.at(3), shop) == 1);
}

TEST_CASE("registry_core: a byte limit only means more messages") {
  auto c = cluster{1};
  auto small = registry_config{};
  small.delta_bytes_max = 600;
  small.owner_bytes_max = 450;
  small.value_bytes_max = small.key_bytes_max = 100;
  c.cores.clear();
  for (std::uint64_t n = 1; n <= 9; ++n)
    c.cores.emplace(node(n), registry_core{small, node(n), first, n, t0});
  for (std::uint64_t n = 2; n <= 9; ++n) {
    for (std::uint64_t m = 2; m <= 9; ++m)
      (void)c.at(n).owner_up(node(m), first, t0);
    (void)c.at(1).owner_up(node(n), first, t0);
    put(c.at(n), shop, "some bytes of a value");
    c.sync(n, 2);
  }
  CHECK(c.sync(1, 2) > 5);
  CHECK(count_of(c.at(1), shop) == 8);
}

TEST_CASE("registry_core: a delta after a gap is asked for from what is known") {
  auto a = core(1);
  auto b = core(2);
  put(a, shop, "1");
  put(a, provider("bank"), "2");
  auto message = sync_message{};
  message.deltas.push_back(a.state().find(owner(1))->delta_since({1, 1}, 1'000).value());
  auto out = b.heard(node(1), message, t0);
  REQUIRE(out.sends.size() == 1);
  const auto& asked = out.sends[0].what;
  CHECK(asked.deltas.empty());
  CHECK(asked.have == digest{digest::scope::listed, {{owner(1), version{}}}});
}

TEST_CASE("registry_core: of the dead, nothing is passed on or asked for") {
  auto c = cluster{3};
  put(c.at(1), shop, "v");
  c.sync(2, 1);
  (void)c.at(2).owner_down(node(1), first, t0);
  // Unconfirmed first, as it is the last provider; then known to be dead.
  (void)c.at(2).probed(node(1), first, false, t0);
  c.sync(3, 2);
  CHECK(c.at(3).version_of(owner(1)) == version{});
  (void)c.at(3).owner_down(node(1), first, t0);
  (void)c.at(2).owner_up(node(1), first, t0);
  CHECK(c.sync(2, 3) == 1); // It is offered, and not asked for.
}

TEST_CASE("registry_core: another's word on our own writes is reported, not taken") {
  auto x = core(1);
  put(x, shop, "mine");
  auto message = sync_message{};
  message.deltas.push_back(
    {.owner = owner(1),
     .from = {1, 1},
     .to = {1, 2},
     .full = false,
     .floor = {},
     .entries = {value_at(shop, {1, 2}, "theirs")}});
  auto out = x.heard(node(2), message, t0);
  REQUIRE(out.reports.size() == 1);
  CHECK(out.reports[0].peer == node(2));
  CHECK(out.reports[0].why == ec::already_exists);
  CHECK(x.lookup(entry_kind::provider, "shop").at(0).value == bytes("mine"));
  message.deltas.clear();
  message.have = digest{digest::scope::all, {{owner(1), {2, 0}}}};
  CHECK(x.heard(node(2), message, t0).reports.size() == 1);
}

TEST_CASE("registry_core: a peer that says we are older than we are is corrected") {
  auto c = cluster{2};
  put(c.at(1), shop, "v");
  c.sync(1, 2);
  c.cores.erase(node(1));
  c.cores.emplace(node(1), core(1, second)); // It restarted, with nothing registered yet.
  (void)c.at(2).owner_up(node(1), second, t0);
  c.sync(1, 2);
  CHECK(c.at(2).version_of(owner(1)) == version{2, 0});
}

TEST_CASE(
  "registry_core: a malformed or oversized delta is reported and changes nothing") {
  auto x = core(1);
  auto message = sync_message{};
  message.deltas.push_back(
    {.owner = owner(2),
     .from = {1, 0},
     .to = {1, 1},
     .full = false,
     .floor = {},
     .entries = {value_at(shop, {1, 2}, "")}});
  CHECK(x.heard(node(2), message, t0).reports.at(0).why == ec::malformed);
  message.deltas[0].to = {1, 2};
  message.deltas[0].entries[0].value = byte_buffer(registry_config{}.value_bytes_max + 1);
  CHECK(x.heard(node(2), message, t0).reports.at(0).why == ec::too_large);
  CHECK(x.version_of(owner(2)) == version{});
  x.check_invariants();
}

TEST_CASE("registry_core: a write goes straight to the nodes that want the name") {
  auto c = cluster{4};
  put(c.at(2), consumer("shop"), "");
  put(c.at(3), consumer("sh*"), "");
  put(c.at(4), consumer("bank"), "");
  for (std::uint64_t n = 2; n <= 4; ++n)
    c.sync(1, n);
  auto out = put(c.at(1), shop, "v");
  REQUIRE(out.sends.size() == 2);
  CHECK(out.sends[0].to == node(2));
  CHECK(out.sends[1].to == node(3));
  CHECK(c.at(1).behind("shop") == std::set{node(2), node(3)});
  c.deliver(1, std::move(out));
  CHECK(count_of(c.at(2), shop) == 1);
  CHECK(count_of(c.at(3), shop) == 1);
  CHECK(count_of(c.at(4), shop) == 0);
  CHECK(c.at(1).behind("shop").empty());
}

TEST_CASE("registry_core: a push that follows a lost one is asked for, and filled") {
  auto c = cluster{2};
  put(c.at(2), consumer("shop"), "");
  c.sync(1, 2);
  (void)put(c.at(1), shop, "lost");
  auto out = put(c.at(1), provider("shop", "b"), "v");
  CHECK(out.sends.at(0).what.deltas.at(0).entries.size() == 1);
  c.deliver(1, std::move(out));
  CHECK(count_of(c.at(2), shop) == 2);
  CHECK(c.at(1).behind("shop").empty());
}

TEST_CASE("registry_core: a new consumer makes itself known to its providers") {
  auto c = cluster{3};
  put(c.at(1), shop, "v");
  c.sync(2, 1);
  auto out = put(c.at(2), consumer("shop"), "");
  REQUIRE(out.sends.size() == 1);
  CHECK(out.sends[0].to == node(1));
  c.deliver(2, std::move(out));
  CHECK(put(c.at(1), shop, "w").sends.size() == 1);
}

TEST_CASE("registry_core: what is pushed to a restarted peer starts from nothing") {
  auto c = cluster{2};
  put(c.at(1), shop, "v");
  put(c.at(2), consumer("shop"), "");
  c.sync(1, 2);
  c.cores.erase(node(2));
  c.cores.emplace(node(2), core(2, second));
  (void)c.at(2).owner_up(node(1), first, t0);
  (void)c.at(1).owner_up(node(2), second, t0);
  auto interest = put(c.at(2), consumer("shop"), "");
  auto message = sync_message{};
  message.deltas.push_back(
    c.at(2).state().find(owner(2))->delta_since({}, 1'000).value());
  (void)c.at(1).heard(node(2), message, t0);
  CHECK(c.at(1).behind("shop") == std::set{node(2)});
  auto out = put(c.at(1), provider("shop", "b"), "v");
  CHECK(out.sends.at(0).what.deltas.at(0).entries.size() == 2);
}

TEST_CASE(
  "registry_core: a catalog change goes straight to the nodes that want the name") {
  auto c = cluster{3};
  put(c.at(2), consumer("r"), "");
  c.sync(1, 2);
  auto rule = entry_key{entry_kind::rule, "r", ""};
  auto out = c.at(1).catalog_changed({}, {1, 1}, {value_at(rule, {1, 1}, "v")}, t0);
  REQUIRE(out);
  CHECK(c.deliver(1, std::move(*out)) == 2);
  CHECK(count_of(c.at(2), rule) == 1);
}

TEST_CASE("registry_core: a push that is refused is not asked for again and again") {
  auto c = cluster{2};
  auto wide = registry_config{};
  wide.value_bytes_max *= 2;
  c.cores.erase(node(1));
  c.cores.emplace(node(1), registry_core{wide, node(1), first, 1, t0});
  (void)c.at(1).owner_up(node(2), first, t0);
  put(c.at(2), consumer("shop"), "");
  c.sync(1, 2);
  auto out = c.at(1).put(shop, byte_buffer(wide.value_bytes_max), t0);
  REQUIRE(out);
  CHECK(c.deliver(1, std::move(*out)) == 1);
  CHECK(c.sync(2, 1) <= 4);
  CHECK(c.at(1).behind("shop") == std::set{node(2)});
}

TEST_CASE("registry_core: a round of gossip speaks to live peers, at its interval") {
  auto config = registry_config{};
  config.gossip_fanout = 2;
  auto x = registry_core{config, node(1), first, 1, t0};
  for (std::uint64_t n = 1; n <= 4; ++n)
    (void)x.owner_up(node(n), first, t0);
  (void)x.owner_down(node(4), first, t0);
  auto out = x.tick(t0 + 1s);
  REQUIRE(out.sends.size() == 2);
  CHECK(out.sends[0].to != out.sends[1].to);
  for (const auto& message : out.sends) {
    CHECK(message.to != node(1));
    CHECK(message.to != node(4));
    CHECK(message.what.have->about == digest::scope::all);
  }
  CHECK(out.wake == t0 + 2s);
  CHECK(x.tick(t0 + 1'999ms).sends.empty());
  CHECK(x.tick(t0 + 2s).sends.size() == 2);
}

} // namespace
} // namespace troupe::registry::test
