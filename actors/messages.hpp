/// The messages of `actors/`, and the way in which every folder declares its own.
///
/// A folder's messages are plain structs and atoms. Between nodes they are Protobuf
/// (`codec.hpp`), never the engine's own serialisation; so a struct has no `inspect` and
/// no type id, and says so at the end of its header:
///
///     CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::transition)
///
/// An atom is one line, with a text of at most 10 characters:
///
///     CAF_ADD_ATOM(cluster, troupe::cluster::atom, watch, "watch")
///
/// which makes the type `atom::watch` and the value `atom::watch_v`. Two atoms of one
/// text are one type, in whichever folder they are.
#pragma once

#include <string>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

CAF_ADD_ATOM(actors, troupe::actors::atom, tree, "tree")

namespace troupe::actors {

/// A supervisor or one of its children, as `supervisor_actor` describes it.
struct tree_node {
  std::string name;
  /// "running", "waiting", "stopping", "ended" or "stuck"; "unknown" for the inside of a
  /// supervisor that did not answer.
  std::string state;
  /// How often it was started again.
  std::size_t restarts = 0;
  /// Children in start order; none for an actor that supervises nothing.
  std::vector<tree_node> children;

  bool operator==(const tree_node&) const = default;
};

/// To who was refused room by `claim_room`: claim again.
struct room_came {};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::tree_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::room_came)
