/// An app's workload on the cluster of a chaos run, with the stage that it plays on.
#pragma once

#include "apps/lab/chaos/live_stage.hpp"
#include "apps/lab/check/violation.hpp"
#include "apps/lab/workload.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::lab {

/// Used by one thread. Each function but the constructor is that of `workload`.
class app_load {
public:
  /// @pre `make` is not empty.
  app_load(
    const workload_maker& make, const std::vector<apps::local_node>& nodes,
    random_source random, const run_clock& clock, const std::string& notes_file);
  app_load(const app_load&) = delete;
  app_load& operator=(const app_load&) = delete;
  ~app_load();

  void start();
  void stop();
  [[nodiscard]] bool idle();
  void check();
  [[nodiscard]] bool checked();
  [[nodiscard]] std::uint64_t acked_count();

  /// The property is what stands before the colon of what the workload says.
  [[nodiscard]] violations found();

private:
  live_stage on_;
  std::unique_ptr<workload> what_;
};

} // namespace troupe::lab
