/// One chaos run, from the start of its nodes to what is known of it at the end.
#pragma once

#include "actors/base/error.hpp"
#include "apps/lab/chaos/app_load.hpp"
#include "apps/lab/chaos/chaos_world.hpp"
#include "apps/lab/chaos/client_pool.hpp"
#include "apps/lab/chaos/nemesis.hpp"
#include "apps/lab/chaos/run_clock.hpp"
#include "apps/lab/chaos/run_folder.hpp"
#include "apps/lab/fault_plan.hpp"
#include "apps/lab/report/run_record.hpp"
#include "apps/lab/scenario.hpp"
#include "apps/node/process_signals.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace troupe::lab {

/// What a run itself finds, beside its checkers. `alive`: no node ends but by a fault.
/// `live`: after the faults all nodes are one cluster again, and each key can be read.
/// `effective`: operations were acknowledged, and each kind of fault that the scenario
/// names has struck; it is always checked. `bounded`: no node holds more descriptors or
/// memory at the end than the scenario's bounds allow.
[[nodiscard]] const std::vector<std::string>& run_properties();

/// Used once, by one thread.
class chaos_run {
public:
  using listener = std::function<void(const std::string&)>;

  /// Refers to all of its arguments. `make_workload` is empty when there is no app.
  chaos_run(
    const scenario& what, std::uint64_t seed, const fault_plan& plan,
    const workload_maker& make_workload, chaos_world& world, const run_folder& folder,
    apps::process_signals& signals, listener tell);

  /// Fails when the cluster cannot be started, the world refuses or a history cannot be
  /// written; with ec::stopping when a signal came.
  [[nodiscard]] expected<run_record> run();

private:
  [[nodiscard]] error start_nodes();
  [[nodiscard]] error ask_slots();
  [[nodiscard]] error strike_all(nemesis& faults);
  [[nodiscard]] error wait_for(duration length);
  [[nodiscard]] error heal(nemesis& faults);
  [[nodiscard]] error work(nemesis& faults, client_pool& clients, app_load* app);
  [[nodiscard]] error read_back(client_pool& clients);
  [[nodiscard]] error read_back(app_load& app);
  [[nodiscard]] expected<bool>
  happens_within(duration length, const std::function<bool()>& what);
  [[nodiscard]] error finish();
  [[nodiscard]] error read_logs();
  [[nodiscard]] error check_records();

  void note_deaths(nemesis& faults);
  void note_usages();
  void check_growth();
  void check_effect();
  void add(violation x);
  void add(const std::string& property, const std::string& what) {
    add({property, what, {}, {}});
  }

  const scenario& what_;
  const fault_plan& plan_;
  const workload_maker& make_workload_;
  chaos_world& world_;
  const run_folder& folder_;
  listener tell_;
  apps::process_signals& signals_;
  run_record record_;
  violations own_; // What the run itself has found.
  std::uint64_t seed_;
  run_clock clock_; // Begins anew when the cluster is ready.
};

} // namespace troupe::lab
