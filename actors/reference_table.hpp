/// The two tables behind the remote references of one link.
#pragma once

#include "actors/base/error.hpp"
#include "actors/codec.hpp"
#include "actors/remote.hpp"

#include <cstddef>
#include <map>
#include <memory>

#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>

namespace troupe::actors {

/// Local actors that the peer has seen as senders, hence may answer. Only these can be
/// addressed by number: a peer cannot reach actors that never spoke to it. Keeps none of
/// them alive. Not thread-safe.
class export_table {
public:
  /// The peer is about to see `actor`.
  void add(const caf::strong_actor_ptr& actor);

  /// Null when the peer never saw it or it has ended.
  [[nodiscard]] caf::strong_actor_ptr find(caf::actor_id number) const;

private:
  std::map<caf::actor_id, caf::weak_actor_ptr> actors_;
  std::size_t sweep_at_ = 1'024;
};

/// The references to one peer's actors, at most one for each target at a time. Keeps only
/// watched ones alive, until they end. Not thread-safe.
class reference_table {
public:
  /// The live reference to `target`, or a new one behind `carrier`.
  [[nodiscard]] caf::strong_actor_ptr get(
    caf::actor_system& system, const std::shared_ptr<remote_carrier>& carrier,
    const message_codecs& codecs, const remote_target& target);

  /// Somebody monitors `reference`: it stays until `end` or `end_all`.
  void keep(const remote_target& target, caf::strong_actor_ptr reference);

  /// The actor behind `target` has ended: its reference ends with `why`.
  void end(const remote_target& target, const error& why);

  /// The peer is gone.
  void end_all(const error& why);

private:
  std::map<remote_target, caf::weak_actor_ptr> references_;
  std::map<remote_target, caf::strong_actor_ptr> watched_;
  std::size_t sweep_at_ = 1'024;
};

} // namespace troupe::actors
