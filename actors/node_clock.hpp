/// A node's clock and timers: the only source of time for actors.
///
/// One per node, passed to actors as a pointer; it outlives them. The engine has one
/// clock per actor system, which is not enough for a simulated cluster: there each node
/// has a clock that is off, drifts and jumps (`actors/sim/clock.hpp`). Thread-safe.
///
/// A timer cannot be cancelled. Until it is due it keeps its receiver's memory (not its
/// state, when the receiver has ended) and its message; so ticks carry nothing large,
/// and a handler checks by its own state whether the tick still means anything. A tick
/// to an actor that has ended is dropped.
#pragma once

#include "actors/base/time.hpp"

#include <type_traits>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/detail/type_traits.hpp>
#include <caf/fwd.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>
#include <caf/response_type.hpp>

namespace troupe::actors {

class node_clock {
public:
  node_clock() = default;
  node_clock(const node_clock&) = delete;
  node_clock& operator=(const node_clock&) = delete;
  virtual ~node_clock() = default;

  [[nodiscard]] virtual time_point now() const = 0;

  /// The time of day. Data for people and for expiry dates only: it jumps, and no
  /// decision about liveness or order may rest on it.
  [[nodiscard]] virtual wall_point wall_time() const = 0;

  /// Delivers `content` to `receiver`, without a sender, once `delay` has passed on this
  /// clock.
  /// @pre `delay` is not negative.
  virtual void
  schedule(caf::strong_actor_ptr receiver, duration delay, caf::message content)
    = 0;

  /// Sends `xs...` to the actor `self` itself after `delay`. Does not compile when the
  /// actor's interface has no such message.
  template <class Self, class... Ts>
  void after(Self* self, duration delay, Ts&&... xs) {
    using arguments = caf::detail::type_list<caf::detail::strip_and_convert_t<Ts>...>;
    static_assert(
      caf::response_type_unbox<typename Self::signatures, arguments>::valid,
      "the actor does not accept this message");
    schedule(
      caf::actor_cast<caf::strong_actor_ptr>(self), delay,
      caf::make_message(std::forward<Ts>(xs)...));
  }
};

/// The clock of a real node: CLOCK_BOOTTIME, so that a suspended machine finds its leases
/// expired; timers by the engine's clock thread.
class boottime_clock final : public node_clock {
public:
  /// @pre `system` outlives the clock.
  explicit boottime_clock(caf::actor_system& system) : system_{&system} {}

  [[nodiscard]] time_point now() const override;
  [[nodiscard]] wall_point wall_time() const override;
  void
  schedule(caf::strong_actor_ptr receiver, duration delay, caf::message content) override;

private:
  caf::actor_system* system_;
};

} // namespace troupe::actors
