#include "apps/lab/check/registers.hpp"

#include "apps/lab/check/linearizability.hpp"
#include "apps/lab/check/register_sessions.hpp"

#include <map>

namespace troupe::lab {

namespace {

using operation_of = std::map<std::string, const recorded_operation*, std::less<>>;

operation_of writers_in(const history& operations) {
  auto result = operation_of{};
  for (const auto& x : operations)
    if (x.writes())
      result.emplace(x.argument, &x);
  return result;
}

void find_invented(
  const history& operations, const operation_of& writers, violations& found) {
  for (const auto& x : operations) {
    if (!x.done() || !x.value)
      continue;
    const auto writer = writers.find(*x.value);
    if (writer == writers.end())
      found.push_back(
        {property::nothing_invented, "a value was read that nobody wrote", {x}});
    else if (!writer->second->counts())
      found.push_back(
        {property::nothing_invented,
         "a value was read whose write was refused",
         {*writer->second, x}});
    else if (writer->second->invoked > *x.returned)
      found.push_back(
        {property::nothing_invented,
         "a value was read before it was sent",
         {x, *writer->second}});
    else
      continue;
    return; // One is enough; the rest follow from it.
  }
}

const recorded_operation* last_read(const history& operations) {
  const recorded_operation* result = nullptr;
  for (const auto& x : operations)
    if (
      x.call == operation_call::read && x.done()
      && (result == nullptr || x.invoked >= result->invoked))
      result = &x;
  return result;
}

/// The last read shows a value that was overwritten for certain, or nothing.
void find_lost(
  const history& operations, const operation_of& writers, violations& found) {
  const auto* read = last_read(operations);
  if (read == nullptr)
    return;
  const recorded_operation* shown = nullptr;
  if (read->value) {
    const auto writer = writers.find(*read->value);
    if (writer == writers.end() || !writer->second->done())
      return; // Nobody's, or of somebody whose write may have come late.
    shown = writer->second;
  }
  for (const auto& x : operations) {
    const auto later = shown == nullptr || x.invoked > *shown->returned;
    if (!x.writes() || !x.done() || &x == shown || !later || *x.returned > read->invoked)
      continue;
    auto involved = history{x, *read};
    if (shown != nullptr)
      involved.insert(involved.begin(), *shown);
    found.push_back({property::nothing_lost, "an acknowledged write is gone", involved});
    return;
  }
}

register_operation to_register(const recorded_operation& x) {
  auto result = register_operation{};
  result.client = x.client;
  result.argument = x.argument;
  result.invoked = x.invoked.count();
  if (x.done()) {
    result.returned = x.returned.value_or(x.invoked).count();
    if (x.call != operation_call::write)
      result.read = x.value.value_or("");
  }
  if (x.call == operation_call::write)
    result.call = register_call::write;
  else
    result.call
      = x.call == operation_call::swap ? register_call::swap : register_call::read;
  return result;
}

} // namespace

register_checks
check_register(const history& operations, std::size_t steps_max, duration lag_max) {
  auto result = register_checks{};
  const auto writers = writers_in(operations);
  find_invented(operations, writers, result.found);
  find_lost(operations, writers, result.found);
  auto calls = std::vector<register_operation>{};
  for (const auto& x : operations)
    if (x.counts() && x.lag(lag_max) == duration::zero())
      calls.push_back(to_register(x));
  auto search = check_linearizable(std::move(calls), steps_max);
  result.undecided = search.what == verdict::undecided;
  if (search.what == verdict::violated)
    result.found.push_back(
      {property::linearizable,
       "no order of the operations on " + operations.front().key
         + " explains all answers",
       {},
       std::move(search.report)});
  for (auto& x : check_register_sessions(operations, lag_max))
    result.found.push_back(std::move(x));
  return result;
}

} // namespace troupe::lab
