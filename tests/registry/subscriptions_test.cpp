#include "registry/subscriptions.hpp"
#include "tests/registry/samples.hpp"

#include <doctest/doctest.h>

namespace troupe::registry::test {
namespace {

constexpr auto alice = subscriber_id{1};
constexpr auto bob = subscriber_id{2};
const auto shop = pattern{entry_kind::provider, "shop"};
const auto providers = pattern{entry_kind::provider, {}};

struct subscriptions_fixture {
  subscriptions_fixture() : subs{small()} {}

  static registry_config small() {
    auto config = registry_config{};
    config.subscribers_max = 2;
    config.unacked_max = 2;
    return config;
  }

  std::vector<push> add(subscriber_id id, const pattern& wanted) {
    auto out = std::vector<push>{};
    CHECK_FALSE(subs.add(id, wanted, now, out));
    subs.check_invariants();
    return out;
  }

  std::vector<push> show(const entry_key& key, std::uint64_t number) {
    auto changes = std::vector<view_change>{};
    now.show({key, owner(1), {1, number}, bytes("v"), false}, changes);
    auto out = std::vector<push>{};
    subs.publish(changes, out);
    subs.check_invariants();
    return out;
  }

  std::vector<push> ack(subscriber_id id, std::uint64_t number) {
    auto out = std::vector<push>{};
    CHECK_FALSE(subs.acked(id, number, now, out));
    subs.check_invariants();
    return out;
  }

  view now;
  subscriptions subs;
};

TEST_CASE("subscriptions: a subscriber gets what is there, even if it is nothing") {
  auto f = subscriptions_fixture{};
  f.show(provider("shop"), 1);
  f.show(provider("bank"), 2);
  auto out = f.add(alice, shop);
  REQUIRE(out.size() == 1);
  CHECK(out[0].to == alice);
  CHECK(out[0].number == 1);
  CHECK(out[0].snapshot);
  CHECK(out[0].changes->size() == 1);
  CHECK(f.add(bob, {entry_kind::rule, "shop"})[0].changes->empty());
}

TEST_CASE("subscriptions: a whole kind has the entries of all its names, and no other") {
  auto f = subscriptions_fixture{};
  f.show(provider("shop"), 1);
  f.show(provider("bank"), 2);
  f.show(consumer("bank"), 3);
  CHECK(f.add(alice, providers)[0].changes->size() == 2);
}

TEST_CASE("subscriptions: changes go to those concerned, numbered without a gap") {
  auto f = subscriptions_fixture{};
  (void)f.add(alice, shop);
  (void)f.add(bob, providers);
  auto out = f.show(provider("bank"), 1);
  REQUIRE(out.size() == 1);
  CHECK(out[0].to == bob);
  CHECK(out[0].number == 2);
  CHECK_FALSE(out[0].snapshot);
  (void)f.ack(bob, 2);
  out = f.show(provider("shop"), 2);
  REQUIRE(out.size() == 2);
  CHECK(out[0].number == 3);
  CHECK(out[1].number == 2);
}

TEST_CASE("subscriptions: subscribers of one pattern share the bytes of a push") {
  auto f = subscriptions_fixture{};
  (void)f.add(alice, shop);
  (void)f.add(bob, shop);
  auto out = f.show(provider("shop"), 1);
  REQUIRE(out.size() == 2);
  CHECK(out[0].changes == out[1].changes);
}

TEST_CASE("subscriptions: a slow one gets nothing more until it has caught up") {
  auto f = subscriptions_fixture{};
  (void)f.add(alice, shop);
  CHECK(f.show(provider("shop", "a"), 1).size() == 1);
  CHECK(f.show(provider("shop", "b"), 2).empty());
  CHECK(f.ack(alice, 1).empty());
  CHECK(f.show(provider("shop", "c"), 3).empty()); // Room for one, but it missed one.
  auto out = f.ack(alice, 2);
  REQUIRE(out.size() == 1);
  CHECK(out[0].snapshot);
  CHECK(out[0].number == 3);
  CHECK(out[0].changes->size() == 3);
  CHECK_FALSE(f.show(provider("shop", "d"), 4).at(0).snapshot);
}

TEST_CASE("subscriptions: one that missed nothing gets no snapshot for its ack") {
  auto f = subscriptions_fixture{};
  (void)f.add(alice, shop);
  (void)f.show(provider("shop"), 1);
  CHECK(f.ack(alice, 2).empty());
}

TEST_CASE("subscriptions: a late ack of an earlier push takes nothing back") {
  auto f = subscriptions_fixture{};
  (void)f.add(alice, shop);
  (void)f.show(provider("shop", "a"), 1);
  (void)f.ack(alice, 2);
  CHECK(f.ack(alice, 1).empty());
  CHECK(f.show(provider("shop", "b"), 2).size() == 1);
  CHECK(f.show(provider("shop", "c"), 3).size() == 1);
}

TEST_CASE("subscriptions: acks of what was never sent are errors") {
  auto f = subscriptions_fixture{};
  auto out = std::vector<push>{};
  CHECK(f.subs.acked(alice, 1, f.now, out) == ec::not_found);
  (void)f.add(alice, shop);
  CHECK(f.subs.acked(alice, 2, f.now, out) == ec::invalid_argument);
}

TEST_CASE("subscriptions: subscribing again sends a fresh snapshot, within the bound") {
  auto f = subscriptions_fixture{};
  (void)f.add(alice, shop);
  CHECK(f.add(alice, shop).at(0).number == 2);
  CHECK(f.add(alice, shop).empty());
  CHECK(f.ack(alice, 2).at(0).snapshot);
  auto out = std::vector<push>{};
  CHECK(f.subs.add(alice, providers, f.now, out) == ec::already_exists);
}

TEST_CASE("subscriptions: they are limited, and one that ends makes room") {
  auto f = subscriptions_fixture{};
  (void)f.add(alice, shop);
  (void)f.add(bob, shop);
  auto out = std::vector<push>{};
  CHECK(f.subs.add(subscriber_id{3}, shop, f.now, out) == ec::busy);
  f.subs.remove(bob);
  f.subs.remove(bob);
  CHECK(f.show(provider("shop"), 1).size() == 1);
  CHECK(f.add(subscriber_id{3}, shop).size() == 1);
}

} // namespace
} // namespace troupe::registry::test
