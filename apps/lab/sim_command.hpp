/// The flags of `troupe sim`.
#pragma once

#include "actors/base/error.hpp"
#include "apps/lab/sim_options.hpp"

#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): its library names it so
class App;
class Option;
} // namespace CLI

namespace troupe::lab {

class sim_command {
public:
  /// Adds the flags to `command`, which outlives this.
  explicit sim_command(CLI::App& command);

  [[nodiscard]] bool cores_only() const;

  /// What they say after `command` was parsed, for a simulator that knows these faults.
  /// Fails with ec::invalid_argument, naming the flag and the form that it wants.
  [[nodiscard]] expected<sim_options>
  options(const std::vector<std::string>& fault_kinds) const;

private:
  [[nodiscard]] error
  take_scenario(const std::vector<std::string>& kinds, sim_options& result) const;
  [[nodiscard]] static error check_targets(const sim_options& result);
  [[nodiscard]] error take_seeds(sim_options& result) const;
  [[nodiscard]] error take_sizes(sim_request& result) const;
  [[nodiscard]] error take_times(sim_request& result) const;
  [[nodiscard]] error
  take_faults(const std::vector<std::string>& kinds, sim_options& result) const;
  [[nodiscard]] error take_manner(sim_options& result) const;

  CLI::Option* seed_;
  CLI::Option* seeds_;
  CLI::Option* node_count_;
  CLI::Option* shard_count_;
  CLI::Option* replica_count_;
  CLI::Option* client_count_;
  CLI::Option* length_;
  CLI::Option* faults_;
  CLI::Option* kept_;
  CLI::Option* scenario_;
  CLI::Option* trace_;
  CLI::Option* until_;
  CLI::Option* job_count_;
  CLI::Option* json_;
  CLI::Option* cores_only_;
  CLI::Option* twice_;
  CLI::Option* shrink_;
};

} // namespace troupe::lab
