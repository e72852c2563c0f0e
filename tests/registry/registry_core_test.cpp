#include "registry/registry_core.hpp"
#include "tests/registry/cluster.hpp"

#include <chrono>

#include <doctest/doctest.h>

namespace troupe::registry::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("registry_core: what a node registers it serves at once") {
  auto x = core(1);
  put(x, shop, "v");
  auto found = x.lookup(entry_kind::provider, "shop");
  REQUIRE(found.size() == 1);
  CHECK(found[0] == view_entry{shop, owner(1), {1, 1}, bytes("v"), false});
  CHECK(x.lookup(entry_kind::provider, "sho").empty());
  CHECK(x.lookup(entry_kind::consumer, "shop").empty());
  CHECK(x.lookup(entry_kind::provider, "").size() == 1);
}

TEST_CASE("registry_core: each write is one version, an unchanged one none") {
  auto x = core(1, incarnation{7});
  put(x, shop, "v");
  put(x, shop, "v");
  CHECK(x.version_of(owner(1)) == version{7, 1});
  put(x, shop, "w");
  CHECK(x.version_of(owner(1)) == version{7, 2});
  CHECK(x.erase(shop, t0));
  CHECK(x.version_of(owner(1)) == version{7, 3});
  CHECK(count_of(x, shop) == 0);
  CHECK(x.erase(shop, t0).error() == ec::not_found);
}

TEST_CASE("registry_core: entries of nodes that membership does not know are hidden") {
  auto c = cluster{2};
  put(c.at(1), shop, "v");
  auto newcomer = core(3);
  auto question = newcomer.sync_with(node(1), t0).sends.at(0).what;
  auto answer = c.at(1).heard(node(3), question, t0);
  (void)newcomer.heard(node(1), answer.sends.at(0).what, t0);
  CHECK(count_of(newcomer, shop) == 0);
  CHECK(newcomer.state_of(node(1)) == owner_state::unknown);
  (void)newcomer.owner_up(node(1), first, t0);
  CHECK(count_of(newcomer, shop) == 1);
}

TEST_CASE("registry_core: an owner's death hides its entries and its return shows them") {
  auto c = cluster{3};
  for (std::uint64_t n = 1; n <= 3; ++n)
    put(c.at(n), shop, "v");
  c.sync(3, 1);
  c.sync(3, 2);
  (void)c.at(3).owner_down(node(1), first, t0);
  CHECK(count_of(c.at(3), shop) == 2);
  CHECK(c.at(3).version_of(owner(1)) == version{1, 1});
  (void)c.at(3).owner_up(node(1), first, t0);
  CHECK(count_of(c.at(3), shop) == 3);
  c.at(3).check_invariants();
}

TEST_CASE("registry_core: an owner that left is removed, and not taken back") {
  auto c = cluster{3};
  put(c.at(1), shop, "v");
  c.sync(2, 1);
  c.sync(3, 1);
  (void)c.at(3).owner_left(node(1), first, t0);
  CHECK(count_of(c.at(3), shop) == 0);
  CHECK(c.at(3).state().find(owner(1)) == nullptr);
  c.sync(3, 2); // Node 2 has not heard of it.
  c.sync(2, 3);
  CHECK(c.at(3).state().find(owner(1)) == nullptr);
  c.at(3).check_invariants();
}

TEST_CASE("registry_core: a restarted owner's new incarnation replaces the old one") {
  auto c = cluster{2};
  put(c.at(1), shop, "old");
  put(c.at(1), provider("bank"), "old");
  c.sync(2, 1);
  c.cores.erase(node(1));
  c.cores.emplace(node(1), core(1, second));
  (void)c.at(1).owner_up(node(2), first, t0);
  put(c.at(1), shop, "new");
  (void)c.at(2).owner_up(node(1), second, t0);
  CHECK(count_of(c.at(2), shop) == 0); // That incarnation is over.
  c.sync(2, 1);
  CHECK(c.at(2).lookup(entry_kind::provider, "shop").at(0).value == bytes("new"));
  CHECK(count_of(c.at(2), provider("bank")) == 0);
}

TEST_CASE(
  "registry_core: a new incarnation is served once membership says that it is up") {
  auto c = cluster{2};
  c.cores.erase(node(1));
  c.cores.emplace(node(1), core(1, second));
  (void)c.at(1).owner_up(node(2), first, t0);
  put(c.at(1), shop, "new");
  c.sync(2, 1);
  CHECK(count_of(c.at(2), shop) == 0);
  (void)c.at(2).owner_up(node(1), second, t0);
  CHECK(count_of(c.at(2), shop) == 1);
}

TEST_CASE(
  "registry_core: a service's last provider stays, flagged, until a probe fails") {
  auto c = cluster{2};
  put(c.at(1), shop, "v");
  c.sync(2, 1);
  auto out = c.at(2).owner_down(node(1), first, t0);
  CHECK(out.probes == std::vector{owner_watch::probe{node(1), first}});
  CHECK(c.at(2).lookup(entry_kind::provider, "shop").at(0).unconfirmed);
  c.at(2).check_invariants();
  (void)c.at(2).probed(node(1), first, true, t0);
  CHECK_FALSE(c.at(2).lookup(entry_kind::provider, "shop").at(0).unconfirmed);
  (void)c.at(2).probed(node(1), first, false, t0);
  CHECK(count_of(c.at(2), shop) == 0);
  c.at(2).check_invariants();
}

TEST_CASE("registry_core: it wakes for a probe that is due before anything else") {
  auto config = registry_config{};
  config.gossip_interval = config.collect_interval = 1h;
  auto x = registry_core{config, node(1), first, 1, t0};
  (void)x.tick(t0 + 1h); // The first round comes at a random time.
  auto now = t0 + 1h;
  auto message = sync_message{};
  message.deltas.push_back(
    {.owner = owner(2),
     .from = {1, 0},
     .to = {1, 1},
     .full = false,
     .floor = {},
     .entries = {value_at(shop, {1, 1}, "v")}});
  (void)x.heard(node(2), message, now);
  (void)x.owner_up(node(2), first, now);
  CHECK(x.owner_down(node(2), first, now).wake == now + config.probe_interval);
}

TEST_CASE("registry_core: a leave of an old incarnation takes nothing of the new one") {
  auto c = cluster{2};
  c.cores.erase(node(1));
  c.cores.emplace(node(1), core(1, second));
  (void)c.at(1).owner_up(node(2), first, t0);
  put(c.at(1), shop, "new");
  c.sync(2, 1);
  (void)c.at(2).owner_left(node(1), first, t0);
  c.at(2).check_invariants();
  (void)c.at(2).owner_up(node(1), second, t0);
  CHECK(count_of(c.at(2), shop) == 1);
}

TEST_CASE("registry_core: a deregistered last provider is gone at once") {
  auto c = cluster{2};
  put(c.at(1), shop, "v");
  c.sync(2, 1);
  REQUIRE(c.at(1).erase(shop, t0));
  c.sync(2, 1);
  CHECK(count_of(c.at(2), shop) == 0);
}

TEST_CASE("registry_core: deregistering all leaves nothing of a node's own") {
  auto x = core(1);
  put(x, shop, "v");
  put(x, consumer("bank"), "v");
  (void)x.deregister_all(t0);
  CHECK(x.lookup(entry_kind::provider, "").empty());
  CHECK(x.lookup(entry_kind::consumer, "").empty());
  CHECK(x.version_of(owner(1)) == version{1, 4});
}

TEST_CASE("registry_core: the catalog is the same whichever replica tells it") {
  auto x = core(1);
  auto rule = entry_key{entry_kind::rule, "r", ""};
  auto changes = std::vector{value_at(rule, {1, 3}, "v")};
  REQUIRE(x.catalog_changed({}, {1, 4}, changes, t0));
  auto out = x.catalog_changed({}, {1, 3}, changes, t0);
  REQUIRE(out);
  CHECK(x.version_of(owner_id::catalog()) == version{1, 4});
  REQUIRE(x.catalog_changed({1, 4}, {2, 5}, {value_at(rule, {2, 5}, "w")}, t0));
  CHECK(x.lookup(entry_kind::rule, "r").at(0).value == bytes("w"));
  x.check_invariants();
}

TEST_CASE(
  "registry_core: a gap in what a replica tells is an error that says from where") {
  auto x = core(1);
  auto told = x.catalog_changed({1, 4}, {1, 5}, {}, t0);
  REQUIRE_FALSE(told);
  CHECK(told.error() == ec::wrong_state);
  CHECK(x.version_of(owner_id::catalog()) == version{});
}

TEST_CASE("registry_core: a catalog snapshot replaces all, for those behind it too") {
  auto c = cluster{2};
  auto old = entry_key{entry_kind::rule, "old", ""};
  auto kept = entry_key{entry_kind::rule, "kept", ""};
  REQUIRE(c.at(2).catalog_changed(
    {}, {1, 2}, {value_at(old, {1, 1}, "v"), value_at(kept, {1, 2}, "v")}, t0));
  c.sync(1, 2);
  REQUIRE(c.at(1).catalog_snapshot({2, 9}, {value_at(kept, {1, 2}, "v")}, t0));
  CHECK(count_of(c.at(1), old) == 0);
  c.sync(1, 2);
  CHECK(count_of(c.at(2), old) == 0);
  CHECK(count_of(c.at(2), kept) == 1);
  REQUIRE(c.at(1).catalog_snapshot({1, 9}, {}, t0));
  CHECK(count_of(c.at(1), kept) == 1);
}

TEST_CASE("registry_core: local subscribers hear of what comes from elsewhere") {
  auto c = cluster{2};
  auto started = c.at(2).subscribe(subscriber_id{1}, {entry_kind::provider, "shop"}, t0);
  REQUIRE(started);
  CHECK(started->pushes.at(0).snapshot);
  put(c.at(1), shop, "v");
  auto message = c.at(1).heard(node(2), {.deltas = {}, .have = digest{}}, t0);
  auto out = c.at(2).heard(node(1), message.sends.at(0).what, t0);
  REQUIRE(out.pushes.size() == 1);
  CHECK(out.pushes[0].number == 2);
  CHECK(out.pushes[0].changes->at(0).entry.owner == owner(1));
  CHECK(c.at(2).acked(subscriber_id{1}, 2, t0));
  out = c.at(2).owner_left(node(1), first, t0);
  REQUIRE(out.pushes.size() == 1);
  CHECK(out.pushes[0].changes->at(0).removed);
  c.at(2).unsubscribe(subscriber_id{1});
  CHECK(put(c.at(2), shop, "w").pushes.empty());
}

TEST_CASE(
  "registry_core: tombstones and the dead are kept for the retention, no longer") {
  auto c = cluster{3};
  auto& x = c.at(1);
  put(c.at(2), shop, "v");
  put(c.at(3), shop, "v");
  c.sync(1, 2);
  c.sync(1, 3);
  put(x, provider("bank"), "v");
  REQUIRE(x.erase(provider("bank"), t0));
  (void)x.owner_down(node(2), first, t0);
  auto kept = registry_config{}.retention;
  (void)x.tick(t0 + kept - 1ms);
  CHECK(x.state().find(owner(1))->tombstone_count() == 1);
  CHECK(x.state().find(owner(2)) != nullptr);
  (void)x.tick(t0 + kept + 60s);
  CHECK(x.state().find(owner(1))->tombstone_count() == 0);
  CHECK(x.state().find(owner(1))->floor() == version{1, 2});
  CHECK(x.state().find(owner(2)) == nullptr);
  CHECK(x.state().find(owner(3)) != nullptr);
  x.check_invariants();
}

TEST_CASE("registry_core: same inputs, same outputs") {
  auto run = [] {
    auto x = core(1);
    for (std::uint64_t n = 2; n <= 9; ++n)
      (void)x.owner_up(node(n), first, t0);
    auto peers = std::vector<node_id>{};
    for (auto now = t0; now < t0 + 60s; now += 1s)
      for (const auto& message : x.tick(now).sends)
        peers.push_back(message.to);
    return peers;
  };
  CHECK(run() == run());
}

} // namespace
} // namespace troupe::registry::test
