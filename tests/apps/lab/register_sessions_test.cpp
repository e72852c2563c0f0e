#include "actors/base/random.hpp"
#include "apps/lab/check/register_sessions.hpp"
#include "apps/lab/check/registers.hpp"
#include "tests/apps/lab/recorded.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;
using namespace std::chrono_literals;

namespace {

constexpr auto lag = duration{5ms};

/// Writes and reads of a few clients, one after the other in each; what is shown is
/// drawn.
history any_history(random_source& random) {
  auto result = history{};
  auto free_at = std::map<std::size_t, int>{};
  auto values = std::vector<std::optional<std::string>>{std::nullopt};
  const auto count = 2 + random.below(6);
  for (std::size_t i = 0; i < count; ++i) {
    const auto client = 1 + random.below(3);
    auto& from = free_at[client];
    from += static_cast<int>(random.below(8));
    const auto when = span_ms{from, from + 1 + static_cast<int>(random.below(6))};
    from = *when.to + 1;
    const auto shown = values[random.below(values.size())];
    const auto value = "v" + std::to_string(i);
    if (values.size() < 5 && random.chance(0.5)) {
      result.push_back(
        random.chance(0.2) ? recorded(client, operation_call::swap, value, shown, when)
                           : write_by(client, value, when));
      if (random.chance(0.15)) {
        result.back().outcome = operation_outcome::unknown;
        result.back().value.reset();
        free_at.erase(client);
        free_at[client] = 1'000; // It goes on under a new number.
      }
      values.emplace_back(value);
    } else {
      result.push_back(read_by(client, shown, when));
      result.back().readonly = random.chance(0.5);
    }
  }
  std::ranges::stable_sort(result, {}, &recorded_operation::invoked);
  return result;
}

bool before(const recorded_operation& a, const recorded_operation& b) {
  return a.done() && *a.returned < b.invoked;
}

history writes_in(const history& all) {
  auto result = history{};
  std::ranges::copy_if(all, std::back_inserter(result), [](const auto& x) {
    return x.call != operation_call::read;
  });
  return result;
}

bool shows(const recorded_operation& x) {
  return x.done() && x.call != operation_call::write;
}

/// Whether something is shown before it was sent: the register's own check tells of that.
bool shows_the_future(const history& all) {
  const auto writes = writes_in(all);
  return std::ranges::any_of(all, [&writes](const auto& x) {
    return std::ranges::any_of(writes, [&x](const auto& by) {
      return shows(x) && x.value == by.argument && by.invoked > *x.returned;
    });
  });
}

/// Whether `places`, by value, of the writes let `client` go forward only.
bool goes_forward(
  const history& all, std::size_t client, const std::map<std::string, int>& places) {
  auto at = -1;
  for (const auto& x : all) {
    if (x.client != client || !x.done())
      continue;
    if (shows(x)) {
      const auto now = x.value ? places.at(*x.value) : -1;
      if (now < at)
        return false;
      at = now;
    }
    if (x.call == operation_call::read)
      continue;
    const auto own = places.at(x.argument);
    if (own < at)
      return false;
    at = own;
  }
  return true;
}

/// Whether some order of the writes lets `client` go forward: all are tried.
bool has_order_for(const history& all, std::size_t client) {
  const auto writes = writes_in(all);
  auto order = std::vector<std::size_t>(writes.size());
  std::iota(order.begin(), order.end(), 0);
  do {
    auto possible = true;
    auto places = std::map<std::string, int>{};
    for (std::size_t i = 0; i < order.size(); ++i) {
      places[writes[order[i]].argument] = static_cast<int>(i);
      for (std::size_t later = i + 1; later < order.size(); ++later)
        possible = possible && !before(writes[order[later]], writes[order[i]]);
    }
    if (possible && goes_forward(all, client, places))
      return true;
  } while (std::ranges::next_permutation(order).found);
  return false;
}

bool good_for_all(const history& all) {
  auto clients = std::set<std::size_t>{};
  for (const auto& x : all)
    clients.insert(x.client);
  return std::ranges::all_of(
    clients, [&all](std::size_t x) { return has_order_for(all, x); });
}

/// Whether write `x` was acknowledged, or seen by somebody, before `when`.
bool known_before(const history& all, const recorded_operation& x, duration when) {
  return std::ranges::any_of(all, [&](const recorded_operation& y) {
    const auto tells
      = y.done() && (y.argument == x.argument || (shows(y) && y.value == x.argument));
    return tells && *y.returned < when;
  });
}

bool is_fresh(const history& all) {
  const auto writes = writes_in(all);
  for (const auto& read : all)
    for (const auto& over : writes) {
      if (!shows(read) || !known_before(all, over, read.invoked - read.lag(lag)))
        continue;
      const auto by = std::ranges::find_if(
        writes, [&read](const auto& x) { return read.value == x.argument; });
      if (by == writes.end() || before(*by, over))
        return false;
    }
  return true;
}

} // namespace

TEST_CASE("check_register_sessions: agrees with trying all orders, 100000 times") {
  auto random = random_source{21};
  auto bad = 0;
  auto stale = 0;
  for (int i = 0; i < 100'000; ++i) {
    auto all = any_history(random);
    while (shows_the_future(all))
      all = any_history(random);
    const auto found = check_register_sessions(all, lag);
    REQUIRE_MESSAGE(has(found, property::sessions) == !good_for_all(all), i);
    REQUIRE_MESSAGE(has(found, property::fresh) == !is_fresh(all), i);
    bad += has(found, property::sessions) ? 1 : 0;
    stale += has(found, property::fresh) ? 1 : 0;
  }
  CHECK(bad > 10'000);
  CHECK(bad < 90'000);
  CHECK(stale > 10'000);
  CHECK(stale < 90'000);
}

TEST_CASE("check_register_sessions: a client sees its own writes") {
  const auto own = history{
    write_by(1, "a", {0, 1}), write_by(2, "b", {3, 4}),
    readonly(read_by(2, "a", {5, 6}))};
  CHECK(has(check_register_sessions(own, 1s), property::sessions));
  CHECK_FALSE(has(check_register_sessions(own, 1s), property::fresh));
}

TEST_CASE(
  "check_register_sessions: a client does not go back to what it saw overwritten") {
  const auto back = history{
    write_by(1, "a", {0, 9}), write_by(2, "b", {0, 9}),
    readonly(read_by(3, "a", {10, 11})), readonly(read_by(3, "b", {12, 13})),
    readonly(read_by(3, "a", {14, 15}))};
  CHECK(has(check_register_sessions(back, 1s), property::sessions));
}

TEST_CASE(
  "check_register_sessions: two clients may see two writes in the order they like") {
  // Such is no order for both: what is checked is what each may rely on.
  const auto crossed = history{
    write_by(1, "a", {0, 9}),
    write_by(2, "b", {0, 9}),
    readonly(read_by(3, "a", {10, 11})),
    readonly(read_by(4, "b", {10, 11})),
    readonly(read_by(3, "b", {12, 13})),
    readonly(read_by(4, "a", {12, 13}))};
  CHECK(check_register_sessions(crossed, 1s).empty());
}

TEST_CASE("check_register: a value that is read before it was sent is found") {
  const auto early = history{
    readonly(read_by(2, "a", {0, 1})), write_by(1, "a", {2, 3}), read_by(3, "a", {4, 5})};
  CHECK(has(check_register(early, 1'000, 1s).found, property::nothing_invented));
}

TEST_CASE(
  "check_register: what a slave shows late has no place in the order, but a bound") {
  const auto late = history{
    write_by(1, "a", {0, 1}), write_by(1, "b", {2, 3}), readonly(read_by(2, "a", {6, 7})),
    read_by(3, "b", {8, 9})};
  constexpr auto steps_max = std::size_t{1'000};
  CHECK(has(check_register(late, steps_max).found, property::linearizable));
  CHECK(check_register(late, steps_max, 4ms).found.empty());
  CHECK(has(check_register(late, steps_max, 2ms).found, property::fresh));
}
