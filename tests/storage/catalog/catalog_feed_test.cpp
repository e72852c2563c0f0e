#include "actors/base/random.hpp"
#include "registry/registry_core.hpp"
#include "storage/catalog/catalog_evaluator.hpp"
#include "storage/catalog/catalog_feed.hpp"
#include "storage/catalog/catalog_rows.hpp"
#include "storage/catalog/catalog_wire.hpp"
#include "storage/memory_store.hpp"
#include "storage/placement.hpp"
#include "tests/storage/records.hpp"

#include <deque>
#include <map>
#include <string>
#include <utility>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::storage;
using namespace std::chrono_literals;

namespace {

using registry::version;

const auto feed_start = time_point{} + 1h;

record_ptr change(std::uint64_t at, std::uint64_t seq, std::vector<effect> effects) {
  auto x = write_record{};
  x.in = catalog_slot;
  for (auto& e : effects)
    if (e.value)
      e.value->version = seq;
  x.effects = std::move(effects);
  return test::make_record(at, seq, std::move(x));
}

effect put(const std::string& key, std::string value) {
  return {entry_row(key), row{0, 0, 0, std::move(value)}};
}
effect drop(const std::string& key) { return {entry_row(key), std::nullopt}; }

apply_batch batch_of(std::vector<record_ptr> records) { return {std::move(records), {}}; }

registry::entry entry(const std::string& key, version written, std::string_view value) {
  auto bytes = as_bytes(value);
  return {
    {registry::entry_kind::config, key, {}},
    written,
    byte_buffer{bytes.begin(), bytes.end()}};
}
registry::entry gone(const std::string& key, version written) {
  return {{registry::entry_kind::config, key, {}}, written, std::nullopt};
}

/// A feed that has told what its store held: a=1 and b=2, at 3/9.
struct catalog_feed_fixture {
  memory_store store;
  std::optional<catalog_feed> core;

  catalog_feed_fixture() {
    auto batch = apply_batch{};
    for (auto seq = 1U; seq < 7; ++seq)
      batch.records.push_back(test::make_record(1, seq, epoch_start_record{}));
    batch.records.push_back(change(2, 7, {put("b", "2"), {"s", row{}}}));
    batch.records.push_back(change(2, 8, {put("a", "1"), {history_row("a", 3), row{}}}));
    batch.records.push_back(test::make_record(3, 9, epoch_start_record{}));
    REQUIRE(!store.apply(batch));
    core.emplace(position{epoch{3}, lsn{9}}, store);
  }

  void tell_state() {
    REQUIRE(core->start(feed_start).state);
    auto out = core->told(feed_start);
    REQUIRE(!out.state);
    REQUIRE(!out.changes);
  }
};

} // namespace

TEST_CASE_FIXTURE(
  catalog_feed_fixture, "catalog_feed: it begins with the state as the store has it") {
  auto out = core->start(feed_start);
  CHECK(!out.changes);
  REQUIRE(out.state);
  // Oldest first; of the epochs the store says only that they are at most 3.
  CHECK(
    *out.state
    == registry::catalog_state{
      {3, 9}, {entry("b", {3, 7}, "2"), entry("a", {3, 8}, "1")}});
}

TEST_CASE_FIXTURE(
  catalog_feed_fixture, "catalog_feed: what is applied is told as changes of entries") {
  tell_state();
  auto out = core->applied(
    batch_of(
      {change(3, 10, {put("c", "3"), {history_row("c", 1), row{}}, {"s", row{}}}),
       change(4, 11, {drop("a")})}),
    feed_start);
  CHECK(!out.state);
  REQUIRE(out.changes);
  CHECK(
    *out.changes
    == registry::catalog_delta{
      {3, 9}, {4, 11}, {entry("c", {3, 10}, "3"), gone("a", {4, 11})}});
}

TEST_CASE_FIXTURE(
  catalog_feed_fixture, "catalog_feed: records that change no entry are not told") {
  tell_state();
  auto out = core->applied(
    batch_of(
      {test::make_record(4, 10, epoch_start_record{}),
       change(4, 11, {{history_row("a", 3), std::nullopt}}), change(4, 12, {})}),
    feed_start);
  CHECK(!out.changes);
  out = core->applied(batch_of({change(4, 13, {put("c", "3")})}), feed_start);
  REQUIRE(out.changes);
  CHECK(out.changes->from == version{3, 9});
  CHECK(out.changes->to == version{4, 13});
}

TEST_CASE_FIXTURE(
  catalog_feed_fixture, "catalog_feed: one message at a time, the newest values in it") {
  tell_state();
  REQUIRE(core->applied(batch_of({change(3, 10, {put("c", "1")})}), feed_start).changes);
  for (auto seq = 11U; seq < 14; ++seq)
    CHECK(!core
             ->applied(
               batch_of({change(3, seq, {put("c", std::to_string(seq))})}), feed_start)
             .changes);
  CHECK(!core->applied(batch_of({change(3, 14, {put("d", "1")})}), feed_start).changes);
  CHECK(!core->applied(batch_of({change(3, 15, {drop("d"), drop("b")})}), feed_start)
           .changes);
  auto out = core->told(feed_start);
  REQUIRE(out.changes);
  CHECK(
    *out.changes
    == registry::catalog_delta{
      {3, 10},
      {3, 15},
      {entry("c", {3, 13}, "13"), gone("b", {3, 15}), gone("d", {3, 15})}});
  CHECK(!core->told(feed_start).changes);
}

TEST_CASE_FIXTURE(catalog_feed_fixture, "catalog_feed: a deletion is told once") {
  tell_state();
  REQUIRE(core->applied(batch_of({change(3, 10, {drop("a")})}), feed_start).changes);
  (void)core->told(feed_start);
  auto out = core->applied(batch_of({change(3, 11, {put("c", "3")})}), feed_start);
  REQUIRE(out.changes);
  CHECK(out.changes->entries == std::vector{entry("c", {3, 11}, "3")});
}

TEST_CASE_FIXTURE(
  catalog_feed_fixture,
  "catalog_feed: a registry that lacks something gets all at once") {
  tell_state();
  REQUIRE(core->applied(batch_of({change(3, 10, {drop("a")})}), feed_start).changes);
  CHECK(!core->applied(batch_of({change(3, 11, {put("b", "3")})}), feed_start).changes);
  auto out = core->refused(fail(ec::wrong_state, "a gap"), feed_start);
  CHECK(!out.changes);
  REQUIRE(out.state);
  CHECK(*out.state == registry::catalog_state{{3, 11}, {entry("b", {3, 11}, "3")}});
}

TEST_CASE_FIXTURE(
  catalog_feed_fixture, "catalog_feed: a deletion behind the state under way is told") {
  REQUIRE(core->start(feed_start).state);
  CHECK(!core->applied(batch_of({change(3, 10, {drop("a")})}), feed_start).state);
  auto out = core->told(feed_start);
  REQUIRE(out.changes);
  CHECK(*out.changes == registry::catalog_delta{{3, 9}, {3, 10}, {gone("a", {3, 10})}});
}

TEST_CASE_FIXTURE(
  catalog_feed_fixture, "catalog_feed: after other trouble it tries again, ever later") {
  REQUIRE(core->start(feed_start).state);
  auto now = feed_start;
  for (auto wait : {200ms, 400ms, 800ms, 1'600ms}) {
    auto out = core->refused(fail(ec::busy, "full"), now);
    CHECK(!out.state);
    CHECK(out.wake_at == now + wait);
    out = core->applied(batch_of({test::make_record(3, 10, epoch_start_record{})}), now);
    CHECK(!out.state);
    CHECK(out.wake_at == now + wait);
    now += wait;
    CHECK(core->tick(now).state);
  }
  CHECK(!core->told(now).state);
  REQUIRE(core->applied(batch_of({change(3, 11, {put("c", "3")})}), now).changes);
  CHECK(core->refused(fail(ec::busy, "full"), now).wake_at == now + 200ms);
}

namespace {

/// Two replicas of a catalog whose feeds tell two registries, which hear of each other
/// now and then.
class world {
public:
  explicit world(std::uint64_t seed) : random_{seed} {
    for (auto n = 0U; n < 2; ++n)
      replicas_.emplace_back(n);
    for (auto& x : replicas_)
      perform(x, x.feed->start(feed_start));
  }

  void run(int step_count) {
    for (auto i = 0; i < step_count; ++i)
      step();
    // A registry that lost everything hears of it with the next change.
    write(catalog_put{"last", "one", {}});
    for (auto& x : replicas_) {
      catch_up(x, log_.size());
      while (!x.flying.empty())
        deliver(x);
      check(x);
    }
  }

private:
  struct replica {
    explicit replica(std::uint64_t n)
        : self{node_id{uuid{5, n + 1}}},
          registry{registry_config(), self, incarnation{1}, n, feed_start},
          feed{std::in_place, position{}, store} {}

    static registry::registry_config registry_config() { return {}; }

    node_id self;
    memory_store store;
    registry::registry_core registry;
    std::optional<catalog_feed> feed;
    std::size_t applied = 0;
    std::deque<catalog_feed::output> flying; // At most one.
  };

  void step() {
    auto& x = replicas_[random_.below(2)];
    switch (random_.below(6)) {
      case 0:
      case 1:
        return write(any_change());
      case 2:
        return catch_up(x, x.applied + random_.below(log_.size() - x.applied + 1));
      case 3:
        return gossip(x);
      case 4:
        if (random_.chance(0.2))
          restart_registry(x);
        if (random_.chance(0.2))
          restart_feed(x);
        return;
      default:
        if (!x.flying.empty())
          deliver(x);
    }
  }

  catalog_command any_change() {
    auto key = std::string(1, static_cast<char>('a' + random_.below(5)));
    if (random_.chance(0.3))
      return catalog_delete{key, {}};
    return catalog_put{key, std::to_string(log_.size()), {}};
  }

  void write(const catalog_command& what) {
    epoch_ += random_.chance(0.1) ? 1 : 0;
    auto made = commands_.evaluate(encode(what), catalog_slot, truth_, 0);
    log_.push_back(change(epoch_, log_.size() + 1, std::move(made.effects)));
    REQUIRE(!truth_.apply(batch_of({log_.back()})));
  }

  void catch_up(replica& x, std::size_t to) {
    if (to == x.applied)
      return;
    auto batch = batch_of(
      {log_.begin() + std::ptrdiff_t(x.applied), log_.begin() + std::ptrdiff_t(to)});
    REQUIRE(!x.store.apply(batch));
    x.applied = to;
    perform(x, x.feed->applied(batch, feed_start));
  }

  void restart_registry(replica& x) {
    ++incarnation_;
    x.registry = {{}, x.self, incarnation{incarnation_}, incarnation_, feed_start};
  }

  void restart_feed(replica& x) {
    x.flying.clear();
    x.feed.emplace(x.store.load()->at, x.store);
    perform(x, x.feed->start(feed_start));
  }

  void perform(replica& x, catalog_feed::output out) {
    REQUIRE(!(out.changes && out.state));
    if (out.changes || out.state)
      x.flying.push_back(std::move(out));
    REQUIRE(x.flying.size() <= 1);
  }

  void deliver(replica& x) {
    auto news = std::move(x.flying.front());
    x.flying.pop_front();
    auto out
      = news.state
          ? x.registry.catalog_snapshot(news.state->at, news.state->entries, feed_start)
          : x.registry.catalog_changed(
            news.changes->from, news.changes->to, news.changes->entries, feed_start);
    x.registry.check_invariants();
    if (out)
      return perform(x, x.feed->told(feed_start));
    REQUIRE(out.error() == ec::wrong_state);
    ++gaps;
    perform(x, x.feed->refused(out.error(), feed_start));
  }

  void gossip(replica& from) {
    auto& to = &from == &replicas_[0] ? replicas_[1] : replicas_[0];
    auto digest = to.registry.whole_digest();
    auto out = from.registry.heard(to.self, {{}, digest, false, false}, feed_start);
    for (const auto& x : out.sends)
      (void)to.registry.heard(from.self, x.what, feed_start);
    to.registry.check_invariants();
  }

  void check(const replica& x) const {
    auto there = std::map<std::string, std::pair<std::string, std::uint64_t>>{};
    for (const auto& e : x.registry.lookup(registry::entry_kind::config, {}))
      there[e.key.name] = {std::string{as_text(e.value)}, e.written.number};
    auto expected = decltype(there){};
    truth_.scan(catalog_slot, entry_row({}), [&](std::string_view key, const row& value) {
      if (auto name = key_of_entry(key))
        expected[std::string{*name}] = {value.bytes, value.version};
      return true;
    });
    REQUIRE(there == expected);
  }

public:
  int gaps = 0;

private:
  random_source random_;
  catalog_evaluator commands_;
  memory_store truth_;
  std::vector<record_ptr> log_;
  std::uint64_t epoch_ = 1;
  std::uint64_t incarnation_ = 1;
  std::deque<replica> replicas_;
};

} // namespace

TEST_CASE("catalog_feed: whoever tells what first, all registries end with the catalog") {
  auto gaps = 0;
  for (auto seed = std::uint64_t{1}; seed <= 500; ++seed) {
    CAPTURE(seed);
    auto x = world{seed};
    x.run(200);
    gaps += x.gaps;
  }
  CHECK(gaps > 20);
}
