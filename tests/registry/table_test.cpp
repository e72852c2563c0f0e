#include "actors/base/random.hpp"
#include "registry/table.hpp"
#include "tests/registry/samples.hpp"

#include <chrono>
#include <string>

#include <doctest/doctest.h>

namespace troupe::registry::test {
namespace {

using namespace std::chrono_literals;

constexpr auto table_start = time_point{};
const auto anyone = [](const owner_id&) { return true; };

registry_config tight() {
  auto config = registry_config{};
  config.owners_max = 3;
  config.owner_entries_max = 2;
  config.owner_tombstones_max = 1;
  config.owner_bytes_max = 400;
  config.value_bytes_max = 100;
  config.key_bytes_max = 20;
  return config;
}

// What readers could tell apart: versions and live entries.
using contents = std::map<owner_id, std::pair<version, std::map<entry_key, byte_buffer>>>;

contents contents_of(const table& x) {
  auto result = contents{};
  for (const auto& [id, owner] : x.owners()) {
    auto& [at, live] = result[id];
    at = owner.current();
    for (const auto& [key, record] : owner.records())
      if (record.live())
        live.emplace(key, *record.value);
  }
  return result;
}

digest digest_of(const table& x) {
  auto result = digest{};
  for (const auto& [id, owner] : x.owners())
    result.versions.emplace(id, owner.current());
  return result;
}

// All that `from` has and `into` lacks, in as many messages as it takes.
table merged(table into, const table& from) {
  for (auto more = true; more;) {
    auto offer = from.lacking(digest_of(into), {}, anyone);
    for (const auto& delta : offer.deltas)
      REQUIRE(into.merge(delta, table_start));
    more = offer.more;
  }
  into.check_invariants();
  return into;
}

// Three owners' histories, and replicas that saw different parts of them.
class random_replicas {
public:
  explicit random_replicas(std::uint64_t seed) : random_{seed} {
    config_.delta_bytes_max = 1'500;
    config_.owner_bytes_max = 1'300;
    config_.value_bytes_max = 100;
    config_.key_bytes_max = 100;
    config_.owner_tombstones_max = 3;
    for (std::uint64_t n = 1; n <= 3; ++n) {
      sources_.emplace_back(config_).found(owner(n), {1, 0});
      replicas_.emplace_back(config_);
    }
    for (int step = 0; step < 60; ++step)
      random_.chance(0.7) ? write() : spread();
  }

  const table& replica(std::size_t i) const { return replicas_[i]; }

private:
  void write() {
    auto n = random_.below(3);
    auto id = owner(n + 1);
    auto& source = sources_[n];
    auto at = source.current(id).next();
    auto key = provider("s" + std::to_string(random_.below(5)));
    if (random_.chance(0.1)) {
      source.forget(id);
      source.found(id, {at.era + 1, 0});
    } else if (random_.chance(0.4)) {
      (void)source.erase(id, key, at, table_start); // Nothing to erase is fine here.
    } else {
      REQUIRE_FALSE(
        source.put(id, key, bytes(std::to_string(at.number)), at, table_start));
    }
  }

  void spread() {
    auto& into = replicas_[random_.below(3)];
    auto& from
      = random_.chance(0.5) ? sources_[random_.below(3)] : replicas_[random_.below(3)];
    into = merged(into, from);
  }

  registry_config config_;
  random_source random_;
  std::vector<table> sources_;
  std::vector<table> replicas_;
};

TEST_CASE("table: merging is commutative") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    auto x = random_replicas{seed};
    CHECK(
      contents_of(merged(x.replica(0), x.replica(1)))
      == contents_of(merged(x.replica(1), x.replica(0))));
  }
}

TEST_CASE("table: merging is associative") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    auto x = random_replicas{seed};
    const auto &a = x.replica(0), &b = x.replica(1), &c = x.replica(2);
    CHECK(contents_of(merged(merged(a, b), c)) == contents_of(merged(a, merged(b, c))));
  }
}

TEST_CASE("table: merging is idempotent") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    auto x = random_replicas{seed};
    auto once = merged(x.replica(0), x.replica(1));
    CHECK(contents_of(merged(once, x.replica(1))) == contents_of(once));
    CHECK(contents_of(merged(once, once)) == contents_of(once));
  }
}

TEST_CASE("table: no owner gets older by merging") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    auto x = random_replicas{seed};
    auto result = merged(x.replica(0), x.replica(1));
    for (std::size_t i = 0; i < 2; ++i)
      for (const auto& [id, owner] : x.replica(i).owners())
        CHECK(result.current(id) >= owner.current());
  }
}

TEST_CASE("table: an unknown owner in a digest of all is one that its sender lacks") {
  auto x = table{{}};
  x.found(owner(1), {1, 0});
  REQUIRE_FALSE(x.put(owner(1), provider("s"), bytes("v"), {1, 1}, table_start));
  CHECK(x.lacking({digest::scope::all, {}}, {}, anyone).deltas.size() == 1);
  CHECK(x.lacking({digest::scope::listed, {}}, {}, anyone).deltas.empty());
}

TEST_CASE("table: only what may be passed on is offered") {
  auto x = table{{}};
  for (std::uint64_t n = 1; n <= 3; ++n)
    x.found(owner(n), {1, 0});
  auto offer = x.lacking({}, {}, [](const owner_id& id) { return id == owner(2); });
  REQUIRE(offer.deltas.size() == 1);
  CHECK(offer.deltas.front().owner == owner(2));
}

TEST_CASE("table: owners are offered from the first asked for, and round") {
  auto x = table{{}};
  for (std::uint64_t n = 1; n <= 3; ++n)
    x.found(owner(n), {1, 0});
  auto offer = x.lacking({}, owner(2), anyone);
  REQUIRE(offer.deltas.size() == 3);
  CHECK(offer.deltas[0].owner == owner(2));
  CHECK(offer.deltas[1].owner == owner(3));
  CHECK(offer.deltas[2].owner == owner(1));
}

TEST_CASE("table: the byte limit holds for all owners together, and is said") {
  auto config = registry_config{};
  config.delta_bytes_max = 2 * owner_delta_bytes;
  auto x = table{config};
  for (std::uint64_t n = 1; n <= 3; ++n)
    x.found(owner(n), {1, 0});
  auto offer = x.lacking({}, {}, anyone);
  CHECK(offer.deltas.size() == 2);
  CHECK(offer.more);
}

TEST_CASE("table: a key or value over its limit is too large") {
  auto x = table{tight()};
  x.found(owner(1), {1, 0});
  CHECK(
    x.put(owner(1), provider("s"), byte_buffer(101), {1, 1}, table_start)
    == ec::too_large);
  CHECK(
    x.put(owner(1), provider(std::string(20, 's')), {}, {1, 1}, table_start)
    == ec::too_large);
  CHECK_FALSE(x.put(
    owner(1), provider(std::string(19, 's')), byte_buffer(100), {1, 1}, table_start));
}

TEST_CASE("table: an entry needs a kind and a name") {
  auto x = table{{}};
  x.found(owner(1), {1, 0});
  CHECK(x.put(owner(1), provider(""), {}, {1, 1}, table_start) == ec::invalid_argument);
  CHECK(
    x.put(owner(1), {entry_kind{}, "s", ""}, {}, {1, 1}, table_start)
    == ec::invalid_argument);
}

TEST_CASE("table: an owner that is full takes changes of what it has, and no more") {
  auto x = table{tight()};
  x.found(owner(1), {1, 0});
  CHECK_FALSE(x.put(owner(1), provider("s"), {}, {1, 1}, table_start));
  CHECK_FALSE(x.put(owner(1), provider("t"), {}, {1, 2}, table_start));
  CHECK(x.put(owner(1), provider("u"), {}, {1, 3}, table_start) == ec::busy);
  CHECK_FALSE(x.put(owner(1), provider("t"), bytes("v"), {1, 3}, table_start));
  CHECK_FALSE(x.erase(owner(1), provider("s"), {1, 4}, table_start));
  CHECK_FALSE(x.put(owner(1), provider("u"), {}, {1, 5}, table_start));
  x.check_invariants();
}

TEST_CASE("table: bytes of an owner are limited, tombstones giving way to values") {
  auto config = tight();
  config.owner_entries_max = 10;
  config.owner_bytes_max = 2 * wire_bytes(provider("s"), 100);
  auto x = table{config};
  x.found(owner(1), {1, 0});
  CHECK_FALSE(x.put(owner(1), provider("s"), byte_buffer(100), {1, 1}, table_start));
  CHECK_FALSE(x.put(owner(1), provider("t"), byte_buffer(100), {1, 2}, table_start));
  CHECK(x.put(owner(1), provider("u"), {}, {1, 3}, table_start) == ec::busy);
  CHECK_FALSE(x.erase(owner(1), provider("s"), {1, 3}, table_start));
  CHECK(x.find(owner(1))->tombstone_count() == 1);
  CHECK_FALSE(x.put(owner(1), provider("u"), byte_buffer(100), {1, 4}, table_start));
  CHECK(x.find(owner(1))->tombstone_count() == 0);
  x.check_invariants();
}

TEST_CASE("table: erasing what is not there is an error, twice too") {
  auto x = table{{}};
  x.found(owner(1), {1, 0});
  CHECK(x.erase(owner(1), provider("s"), {1, 1}, table_start) == ec::not_found);
  CHECK_FALSE(x.put(owner(1), provider("s"), {}, {1, 1}, table_start));
  CHECK_FALSE(x.erase(owner(1), provider("s"), {1, 2}, table_start));
  CHECK(x.erase(owner(1), provider("s"), {1, 3}, table_start) == ec::not_found);
}

owner_delta delta_of(const owner_id& id, std::vector<entry> entries) {
  auto to = entries.empty() ? version{1, 0} : entries.back().written;
  return {
    .owner = id,
    .from = {1, 0},
    .to = to,
    .full = false,
    .floor = {},
    .entries = std::move(entries)};
}

TEST_CASE("table: a delta that exceeds a limit is refused whole") {
  auto x = table{tight()};
  auto three = delta_of(
    owner(1), {value_at(provider("s"), {1, 1}, ""), value_at(provider("t"), {1, 2}, ""),
               value_at(provider("u"), {1, 3}, "")});
  CHECK(x.merge(three, table_start).error() == ec::busy);
  CHECK(x.find(owner(1)) == nullptr);
  auto large
    = delta_of(owner(1), {value_at(provider("s"), {1, 1}, std::string(101, 'v'))});
  CHECK(x.merge(large, table_start).error() == ec::too_large);
}

TEST_CASE("table: owners are limited") {
  auto x = table{tight()};
  for (std::uint64_t n = 1; n <= 3; ++n)
    CHECK(x.merge(delta_of(owner(n), {}), table_start));
  CHECK(x.merge(delta_of(owner(4), {}), table_start).error() == ec::busy);
  CHECK(x.merge(delta_of(owner(3), {value_at(provider("s"), {1, 1}, "")}), table_start));
}

TEST_CASE("table: tombstones that another replica sends are limited too") {
  auto x = table{tight()};
  CHECK(x.merge(
    delta_of(
      owner(1), {tombstone_at(provider("s"), {1, 1}), tombstone_at(provider("t"), {1, 2}),
                 tombstone_at(provider("u"), {1, 3})}),
    table_start));
  CHECK(x.find(owner(1))->tombstone_count() == 1);
  CHECK(x.find(owner(1))->floor() == version{1, 2});
}

TEST_CASE("table: an unknown owner is not founded by a gap") {
  auto x = table{{}};
  auto late = delta_of(owner(1), {});
  late.from = late.to = {1, 4};
  auto result = x.merge(late, table_start);
  REQUIRE(result);
  CHECK(result->what == verdict::gap);
  CHECK(x.find(owner(1)) == nullptr);
}

TEST_CASE("sync: what no honest sender writes is malformed") {
  auto good = delta_of(
    owner(1),
    {value_at(provider("s"), {1, 1}, "v"), value_at(provider("t"), {1, 2}, "v")});
  CHECK_FALSE(check_shape(good));
  auto bad = [&](auto change) {
    auto x = good;
    change(x);
    return check_shape(x) == ec::malformed;
  };
  CHECK(bad([](owner_delta& x) { x.to = {1, 1}; }));
  CHECK(bad([](owner_delta& x) { x.from = {1, 3}; }));
  CHECK(bad([](owner_delta& x) { x.from = {1, 1}; }));
  CHECK(bad([](owner_delta& x) { x.from = {0, 0}; }));
  CHECK(bad([](owner_delta& x) { x.floor = {1, 1}; }));
  CHECK(bad([](owner_delta& x) { x.to = version::end_of(1); }));
  CHECK(bad([](owner_delta& x) { std::swap(x.entries[0], x.entries[1]); }));
  CHECK(bad([](owner_delta& x) { x.entries[1].key = x.entries[0].key; }));
  CHECK(bad([](owner_delta& x) { x.entries[0].key.name.clear(); }));
  CHECK(bad([](owner_delta& x) { x.entries[0].key.kind = entry_kind{}; }));
  CHECK(bad([](owner_delta& x) { x.entries.clear(), x.from = {}, x.to = {}; }));
}

TEST_CASE("sync: a full delta has a floor within it, and entries of one incarnation") {
  auto good = delta_of(owner(1), {value_at(provider("s"), {2, 3}, "v")});
  good.from = {};
  good.full = true;
  good.floor = {2, 2};
  CHECK_FALSE(check_shape(good));
  auto bad = good;
  bad.floor = {2, 4};
  CHECK(check_shape(bad) == ec::malformed);
  bad = good;
  bad.from = {2, 1};
  CHECK(check_shape(bad) == ec::malformed);
  bad = good;
  bad.entries.front().written = {1, 3};
  CHECK(check_shape(bad) == ec::malformed);
}

} // namespace
} // namespace troupe::registry::test
