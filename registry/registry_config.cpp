#include "registry/registry_config.hpp"

#include "registry/sync.hpp"

#include <string>

namespace troupe::registry {

namespace {

error out_of_range(
  const std::string& key, const std::string& value, const std::string& range) {
  return fail(
    ec::invalid_config, "registry." + key + " = " + value + ": must be " + range);
}

error check_at_least_one(const std::string& key, std::size_t value) {
  return value == 0 ? out_of_range(key, "0", "at least 1") : error{};
}

error check_positive(const std::string& key, std::chrono::milliseconds value) {
  return value.count() <= 0
           ? out_of_range(key, std::to_string(value.count()) + " ms", "above 0 ms")
           : error{};
}

error check_bytes(const registry_config& config) {
  if (config.owner_bytes_max + owner_delta_bytes > config.delta_bytes_max)
    return out_of_range(
      "owner_bytes_max", std::to_string(config.owner_bytes_max),
      "at most delta_bytes_max - " + std::to_string(owner_delta_bytes));
  auto largest = wire_bytes({}, config.key_bytes_max + config.value_bytes_max);
  if (largest > config.owner_bytes_max)
    return out_of_range(
      "value_bytes_max", std::to_string(config.value_bytes_max),
      "such that an entry of " + std::to_string(largest)
        + " bytes fits into owner_bytes_max");
  return {};
}

} // namespace

error registry_config::validate() const {
  for (auto trouble : {
         check_positive("gossip_interval", gossip_interval),
         check_positive("retention", retention),
         check_positive("collect_interval", collect_interval),
         check_positive("detection_window", detection_window),
         check_positive("probe_interval", probe_interval),
         check_at_least_one("gossip_fanout", gossip_fanout),
         check_at_least_one("owner_entries_max", owner_entries_max),
         check_at_least_one("value_bytes_max", value_bytes_max),
         check_at_least_one("key_bytes_max", key_bytes_max),
         check_at_least_one("owners_max", owners_max),
         check_at_least_one("subscribers_max", subscribers_max),
         check_at_least_one("unacked_max", unacked_max),
         check_at_least_one("vanished_owners_min", vanished_owners_min),
         check_bytes(*this),
       })
    if (trouble)
      return trouble;
  if (!(vanished_ratio_max > 0 && vanished_ratio_max <= 1))
    return out_of_range(
      "vanished_ratio_max", std::to_string(vanished_ratio_max), "in (0, 1]");
  return {};
}

} // namespace troupe::registry
