/// Services on each simulated node, their callers, and the check of what calls promise: a
/// provider executes a call at most once, and a call that is not idempotent runs on at
/// most one.
///
/// One service is on all nodes, so that a call can be repeated elsewhere; and each two
/// neighbours have one, whose calls come back to where they were when both are lost.
#pragma once

#include "actors/base/random.hpp"
#include "apps/lab/run_trace.hpp"
#include "apps/lab/world/machine.hpp"
#include "router/service.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace troupe::lab {

class call_probe {
public:
  /// What it lives in. Outlives it.
  struct environment {
    virtual_engine* engine = nullptr;
    const std::vector<std::unique_ptr<machine>>* machines = nullptr;
    run_trace* trace = nullptr;
    std::function<void(const std::string& what)> violated;
  };

  call_probe(environment in, std::size_t caller_count, random_source random);

  /// What the `index`-th machine provides in the life that begins.
  [[nodiscard]] std::vector<router::service_definition> services_of(std::size_t index);

  void start();
  void stop() { stopped_ = true; }
  [[nodiscard]] bool idle() const { return under_way_ == 0; }

  [[nodiscard]] std::uint64_t answered_count() const { return answered_count_; }
  [[nodiscard]] std::uint64_t executed_count() const { return executed_count_; }

  /// Calls that came to their deadline, most of them because their work lasted longer.
  [[nodiscard]] std::uint64_t late_count() const { return late_count_; }

private:
  struct execution {
    std::size_t machine = 0;
    std::uint64_t life = 0;
    router::call_id call;

    auto operator<=>(const execution&) const = default;
  };

  void
  execute(execution x, const router::invocation& what, const router::responder& respond);
  [[nodiscard]] duration draw_work();
  void think();
  void call();
  void ended();

  environment in_;
  std::size_t caller_count_;
  random_source random_;
  std::set<execution> executions_;
  std::map<router::call_id, execution> only_; // Of calls that are not idempotent.
  std::size_t under_way_ = 0;
  std::uint64_t token_count_ = 0;
  std::uint64_t answered_count_ = 0;
  std::uint64_t executed_count_ = 0;
  std::uint64_t late_count_ = 0;
  bool stopped_ = false;
};

} // namespace troupe::lab
