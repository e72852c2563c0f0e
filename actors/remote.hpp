/// Remote references: actors of other nodes as ordinary local handles.
///
/// A reference can be sent to, requested and monitored like any actor; it is never linked
/// (a forwarded exit would let one node end another's actors). It belongs to one
/// incarnation of its node: what is sent through it is never delivered to a later
/// incarnation. It ends, and its monitors fire, when its link says so
/// (docs/decisions/0001).
///
/// What is sent to a peer that takes it slowly waits in a bounded queue, and is dropped
/// when that is full. Who sends much, and would rather keep it than have it dropped,
/// claims room first (`claim_room`), sends what has room, and waits for `room_came` with
/// the rest.
///
/// This file knows nothing of connections: a `remote_carrier` (in practice a link) takes
/// what is sent. A carrier's calls may come from any thread.
#pragma once

#include "actors/codec.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

namespace troupe::actors {

/// An actor of another node: a number learnt over the link in this generation, or a
/// well-known name in that node's directory.
using remote_target = std::variant<caf::actor_id, std::string>;

/// A message on its way out.
struct outgoing {
  remote_target to;
  caf::strong_actor_ptr from; ///< Null when nobody awaits an answer.
  caf::message_id mid;
  encoded_message content;
  std::size_t claimed_bytes = 0; ///< Of room that was claimed for it.
};

/// How a claim of room ended.
enum class claim : std::uint8_t {
  granted,
  refused, ///< For now.
  never,   ///< No message may be so large.
};

class remote_carrier {
public:
  remote_carrier() = default;
  remote_carrier(const remote_carrier&) = delete;
  remote_carrier& operator=(const remote_carrier&) = delete;
  virtual ~remote_carrier() = default;

  /// Takes a message to deliver at most once. A request that cannot be delivered is
  /// answered with an error by the carrier.
  virtual void carry(outgoing message) = 0;

  /// Somebody monitors `reference`, which stands for `target`: the carrier ends it with
  /// `end_reference` when that actor ends. Called once per reference.
  virtual void watch(const remote_target& target, caf::strong_actor_ptr reference) = 0;

  /// As `claim_room` says. What is granted ends with the message that is carried for it.
  [[nodiscard]] virtual actors::claim
  claim_room(std::size_t bytes, const caf::strong_actor_ptr& waiter)
    = 0;
};

/// Makes a reference to `target` behind `carrier`.
[[nodiscard]] caf::strong_actor_ptr make_reference(
  caf::actor_system& system, std::shared_ptr<remote_carrier> carrier,
  const message_codecs& codecs, remote_target target);

/// Ends a reference made by `make_reference`: monitors fire with `why`, later requests
/// through it fail at once with ec::link_lost. Repeats change nothing.
void end_reference(const caf::strong_actor_ptr& reference, error why);

/// Claims room behind `reference`, which may be any actor, for a message of the bulk lane
/// of about so many bytes. Once it is granted, `send_claimed` must follow. When it is
/// refused, `waiter` is sent `room_came` as soon as it is worth claiming again, and when
/// the link ends. Behind a reference that has ended there is no room: nobody is there.
[[nodiscard]] claim claim_room(
  const caf::strong_actor_ptr& reference, std::size_t bytes,
  const caf::strong_actor_ptr& waiter);

/// Sends a note of `from` through `reference`, into the room that was claimed for it.
void send_claimed(
  const caf::strong_actor_ptr& reference, caf::strong_actor_ptr from,
  caf::message content, std::size_t bytes);

/// Answers the request `mid` of `from` with `why`, if it was a request and somebody
/// waits.
void answer_with_error(const caf::strong_actor_ptr& from, caf::message_id mid, error why);

} // namespace troupe::actors
