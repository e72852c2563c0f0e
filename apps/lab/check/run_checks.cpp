#include "apps/lab/check/run_checks.hpp"

#include "apps/lab/check/counters.hpp"
#include "apps/lab/check/linearizability.hpp"
#include "apps/lab/check/lists.hpp"
#include "apps/lab/check/registers.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::lab {

namespace {

void count(const history& all, checks_result& result) {
  for (const auto& x : all) {
    if (x.outcome == operation_outcome::done)
      ++result.done_count;
    else if (x.outcome == operation_outcome::refused)
      ++result.refused_count;
    else
      ++result.unknown_count;
  }
}

violations
check_key(const history& operations, const checks_config& config, checks_result& result) {
  switch (kind_of(operations)) {
    case key_kind::list:
      return check_list(operations, config.lag_max);
    case key_kind::counter:
      return check_counter(operations, config.lag_max);
    case key_kind::reg:
      break;
  }
  auto checks = check_register(operations, config.steps_max, config.lag_max);
  ++result.register_count;
  result.undecided_count += checks.undecided ? 1 : 0;
  return std::move(checks.found);
}

void alarm_undecided(checks_result& result) {
  if (!too_many_undecided(result.undecided_count, result.register_count))
    return;
  result.found.push_back(
    {property::linearizable,
     "undecided for " + std::to_string(result.undecided_count) + " of "
       + std::to_string(result.register_count)
       + " registers; use fewer clients or more keys",
     {},
     {}});
}

} // namespace

const std::vector<std::string>& checked_properties() {
  static const auto result
    = std::vector<std::string>{property::linearizable,  property::nothing_lost,
                               property::nothing_twice, property::nothing_invented,
                               property::ordered,       property::sessions,
                               property::fresh,         property::one_master};
  return result;
}

checks_result run_checks(
  const history& all, const std::vector<mastership>& masterships,
  const checks_config& config) {
  auto result = checks_result{};
  count(all, result);
  for (const auto& [key, operations] : by_key(all)) {
    ++result.key_count;
    std::ranges::move(
      check_key(operations, config, result), std::back_inserter(result.found));
  }
  alarm_undecided(result);
  std::ranges::move(check_masterships(masterships), std::back_inserter(result.found));
  std::erase_if(result.found, [&config](const violation& x) {
    return std::ranges::find(config.properties, x.property) == config.properties.end();
  });
  return result;
}

} // namespace troupe::lab
