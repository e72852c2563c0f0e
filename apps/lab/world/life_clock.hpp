/// The clock of one life of a simulated node: its machine's, with timers that end with
/// the life and wait while it is paused.
#pragma once

#include "actors/node_clock.hpp"
#include "actors/sim/clock.hpp"
#include "apps/lab/world/life_gate.hpp"
#include "apps/lab/world/virtual_engine.hpp"

#include <utility>

namespace troupe::lab {

class life_clock final : public actors::node_clock {
public:
  /// @pre `engine` and `machine` outlive it.
  life_clock(
    virtual_engine& engine, const sim::virtual_clock& machine, life_gate_ptr gate)
      : engine_{&engine}, machine_{&machine}, gate_{std::move(gate)} {}

  [[nodiscard]] time_point now() const override { return machine_->now(); }

  [[nodiscard]] wall_point wall_time() const override { return machine_->wall_time(); }

  void
  schedule(caf::strong_actor_ptr receiver, duration delay, caf::message content) override;

private:
  virtual_engine* engine_;
  const sim::virtual_clock* machine_;
  life_gate_ptr gate_;
};

} // namespace troupe::lab
