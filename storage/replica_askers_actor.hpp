/// The part of a replica's actor that answers askers of other nodes: at the pace at which
/// their links take answers, so that none is dropped because others came before it.
#pragma once

#include "actors/base/metrics.hpp"
#include "actors/node_clock.hpp"
#include "storage/messages.hpp"
#include "storage/waiting_answers.hpp"

#include <map>
#include <memory>
#include <vector>

#include <caf/actor_addr.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::storage {

class remote_sink;

class remote_askers {
public:
  /// @pre what is pointed to outlives it.
  remote_askers(
    replica_actor::pointer self, const actors::node_clock* clock,
    const waiting_answers_config& config, counter* given_up);

  /// What answers `asker`, who sent a request.
  /// @pre it is used no longer than this object lives.
  [[nodiscard]] std::shared_ptr<answer_sink> sink_of(const caf::strong_actor_ptr& asker);

  /// Some link that was full has room.
  void room_came();

  /// Gives up answers that have waited for too long, and tries to send the others.
  void tick();

  /// When to call `tick`.
  [[nodiscard]] time_point wake_at() const;

private:
  friend class remote_sink;

  replica_actor::pointer self_;
  const actors::node_clock* clock_;
  waiting_answers_config config_;
  counter* given_up_;
  std::map<caf::actor_addr, std::weak_ptr<remote_sink>> sinks_;
  std::vector<std::shared_ptr<remote_sink>> refused_; // They wait for room.
};

} // namespace troupe::storage
