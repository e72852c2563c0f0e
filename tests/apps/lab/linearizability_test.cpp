#include "actors/base/random.hpp"
#include "apps/lab/check/linearizability.hpp"

#include <algorithm>
#include <utility>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;

namespace {

register_operation
write_of(std::string value, std::int64_t from, std::optional<std::int64_t> to) {
  return {register_call::write, std::move(value), {}, {}, true, from, to, 0};
}

register_operation read_of(std::string value, std::int64_t from, std::int64_t to) {
  return {register_call::read, {}, {}, std::move(value), true, from, to, 0};
}

verdict judge(std::vector<register_operation> history) {
  return check_linearizable(std::move(history)).what;
}

/// A history that a real register gave to some clients; then, perhaps, one answer wrong.
std::vector<register_operation> random_history(random_source& random) {
  auto result = std::vector<register_operation>{};
  auto state = std::string{};
  auto count = random.between(2, 8);
  for (std::uint64_t i = 0; i < count; ++i) {
    auto x = register_operation{};
    x.call = static_cast<register_call>(random.below(5));
    // Each takes effect at 10 * i; neighbours overlap by chance.
    auto at = static_cast<std::int64_t>(10 * i);
    x.invoked = at - static_cast<std::int64_t>(random.below(30));
    x.returned = at + static_cast<std::int64_t>(random.below(30));
    x.argument = std::string(1, static_cast<char>('a' + random.below(3)));
    x.expected = random.chance(0.5) ? state : "b";
    switch (x.call) {
      case register_call::read:
        x.read = state;
        break;
      case register_call::write:
        state = x.argument;
        break;
      case register_call::append:
        state += x.argument;
        x.read = state;
        break;
      case register_call::swap:
        x.read = std::exchange(state, x.argument);
        break;
      case register_call::compare_and_set:
        x.succeeded = state == x.expected;
        state = x.succeeded ? x.argument : state;
        break;
    }
    if (random.chance(0.15)) {
      x.returned.reset();
      x.read.reset();
    }
    result.push_back(std::move(x));
  }
  if (random.chance(0.5)) {
    auto& x = result[random.below(result.size())];
    if (x.read)
      *x.read = "a";
    else
      x.succeeded = !x.succeeded;
  }
  return result;
}

} // namespace

TEST_CASE("linearizability: a read may see either side of a write that it overlaps") {
  CHECK(judge({write_of("x", 0, 10), read_of("", 5, 6)}) == verdict::linearizable);
  CHECK(judge({write_of("x", 0, 10), read_of("x", 5, 6)}) == verdict::linearizable);
}

TEST_CASE("linearizability: a stale read is refuted") {
  CHECK(judge({write_of("x", 0, 10), read_of("", 11, 12)}) == verdict::violated);
}

TEST_CASE("linearizability: reads that go back in time are refuted") {
  CHECK(
    judge({write_of("x", 0, 20), read_of("x", 5, 6), read_of("", 7, 8)})
    == verdict::violated);
}

TEST_CASE("linearizability: a lost update is refuted") {
  CHECK(
    judge({write_of("x", 0, 1), write_of("y", 2, 3), read_of("x", 4, 5)})
    == verdict::violated);
}

TEST_CASE("linearizability: a read of what nobody wrote is refuted") {
  CHECK(judge({write_of("x", 0, 1), read_of("z", 2, 3)}) == verdict::violated);
}

TEST_CASE("linearizability: an unknown write may happen late or never") {
  CHECK(
    judge({write_of("x", 0, std::nullopt), read_of("", 5, 6), read_of("x", 7, 8)})
    == verdict::linearizable);
  CHECK(
    judge({write_of("x", 0, std::nullopt), read_of("", 5, 6)}) == verdict::linearizable);
  CHECK(judge({write_of("x", 5, std::nullopt), read_of("x", 1, 2)}) == verdict::violated);
}

TEST_CASE("linearizability: a swap that shows what was swapped out before is refuted") {
  auto swap_of = [](std::string value, std::string old, std::int64_t from) {
    return register_operation{
      register_call::swap, std::move(value), {}, std::move(old), true, from, from + 1, 0};
  };
  CHECK(judge({swap_of("x", "", 0), swap_of("y", "x", 2)}) == verdict::linearizable);
  CHECK(judge({swap_of("x", "", 0), swap_of("y", "", 2)}) == verdict::violated);
}

TEST_CASE("linearizability: a request executed twice is refuted") {
  auto append = register_operation{register_call::append, "a", {}, "aa", true, 0, 1, 0};
  CHECK(judge({append}) == verdict::violated);
}

TEST_CASE("linearizability: the search agrees with trying all orders") {
  auto random = random_source{7};
  auto violated = 0;
  for (int i = 0; i < 100'000; ++i) {
    auto history = random_history(random);
    auto by_force = is_linearizable_by_force(history);
    auto found = check_linearizable(history);
    REQUIRE_MESSAGE((found.what == verdict::linearizable) == by_force, i, found.report);
    violated += by_force ? 0 : 1;
  }
  CHECK(violated > 5'000);
}

TEST_CASE("linearizability: a search that is too long is undecided, not a verdict") {
  auto history = std::vector<register_operation>{};
  for (int i = 0; i < 14; ++i)
    history.push_back(write_of("w" + std::to_string(i), 0, 100));
  history.push_back(read_of("none", 0, 100));
  CHECK(check_linearizable(history, 1'000).what == verdict::undecided);
}
