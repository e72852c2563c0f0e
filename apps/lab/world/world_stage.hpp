/// What an app's workload sees of a simulated cluster.
#pragma once

#include "apps/lab/run_trace.hpp"
#include "apps/lab/workload.hpp"
#include "apps/lab/world/machine.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::lab {

class world_stage final : public stage {
public:
  /// What it shows. Outlives it.
  struct environment {
    virtual_engine* engine = nullptr;
    const std::vector<std::unique_ptr<machine>>* machines = nullptr;
    run_trace* trace = nullptr;
  };

  world_stage(environment in, random_source random) : in_{in}, random_{random} {}

  [[nodiscard]] duration now() override { return in_.engine->now(); }
  void after(duration delay, std::function<void()> what) override {
    in_.engine->after(delay, std::move(what));
  }
  [[nodiscard]] random_source& random() override { return random_; }
  void
  call(const std::string& service, router::call_request what, call_ended done) override;
  void note(const std::string& kind, const std::string& what) override {
    in_.trace->add(now(), "app", kind, what);
  }

private:
  environment in_;
  random_source random_;
};

} // namespace troupe::lab
