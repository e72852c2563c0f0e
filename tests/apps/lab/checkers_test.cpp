/// The checkers against brute force: good histories of a small store with concurrent
/// clients, and the same with one answer changed or two swapped.
#include "actors/base/random.hpp"
#include "apps/lab/check/linearizability.hpp"
#include "apps/lab/check/lists.hpp"
#include "tests/apps/lab/recorded.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;

namespace {

/// What a linearizable list answered to clients whose operations overlap.
history good_list(random_source& random) {
  auto result = history{};
  auto state = std::string{};
  const auto count = static_cast<int>(random.between(3, 7));
  for (int i = 0; i < count; ++i) {
    const auto client = static_cast<std::size_t>(i); // Each once: no sessions here.
    const auto at = 100 + 10 * i;
    auto when = span_ms{
      at - static_cast<int>(random.below(25)), at + static_cast<int>(random.below(25))};
    if (random.chance(0.5)) {
      const auto element = std::string(1, static_cast<char>('a' + i)) + element_end;
      state += element;
      if (random.chance(0.2))
        when.to.reset();
      result.push_back(append_by(client, element, std::to_string(state.size()), when));
    } else {
      result.push_back(read_by(client, state, when));
    }
  }
  result.push_back(read_by(99, state, {1000, 1001}));
  return result;
}

/// Changes one answer, or swaps those of two operations, in place.
void mutate(history& all, random_source& random) {
  auto& one = all[random.below(all.size())];
  auto& other = all[random.below(all.size())];
  if (random.chance(0.5)) {
    std::swap(one.returned, other.returned);
    for (auto* x : {&one, &other}) {
      x->outcome = x->returned ? operation_outcome::done : operation_outcome::unknown;
      if (x->returned && *x->returned < x->invoked)
        std::swap(*x->returned, x->invoked);
    }
    return;
  }
  if (one.value && other.value && one.call == other.call)
    std::swap(one.value, other.value);
  else if (one.call == operation_call::read && one.value && !one.value->empty())
    one.value->erase(0, 2);
}

/// The list as a register that answers an append with all of it, which its length tells.
bool is_list_by_force(const history& all) {
  auto calls = std::vector<register_operation>{};
  const auto final_state = all.back().value.value_or("");
  for (const auto& x : all) {
    auto call = register_operation{};
    call.call
      = x.call == operation_call::append ? register_call::append : register_call::read;
    call.argument = x.argument;
    call.invoked = x.invoked.count();
    if (x.done()) {
      call.returned = x.returned->count();
      if (x.call == operation_call::read)
        call.read = x.value;
      else if (const auto length = std::stoul(x.value.value_or("0")); length > 0)
        call.read = length <= final_state.size() ? final_state.substr(0, length) : "none";
    }
    calls.push_back(std::move(call));
  }
  return is_linearizable_by_force(calls);
}

} // namespace

TEST_CASE("checkers: good histories of lists pass") {
  auto random = random_source{11};
  for (int i = 0; i < 10'000; ++i) {
    const auto found = check_list(good_list(random), {});
    REQUIRE_MESSAGE(found.empty(), i, to_string(found.front()));
  }
}

TEST_CASE("checkers: a changed history of a list is refuted, or equal by brute force") {
  auto random = random_source{12};
  auto refuted = 0;
  auto missed = 0;
  for (int i = 0; i < 30'000; ++i) {
    auto all = good_list(random);
    mutate(all, random);
    const auto good = is_list_by_force(all);
    const auto found = check_list(all, {});
    REQUIRE_MESSAGE((found.empty() || !good), i, to_string(found.front()));
    refuted += found.empty() ? 0 : 1;
    missed += found.empty() && !good ? 1 : 0;
  }
  CHECK(refuted > 5'000);
  CHECK(missed == 0);
}
