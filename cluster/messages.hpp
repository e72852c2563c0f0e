/// The messages of this folder's actors. They never leave the process; what does has a
/// codec (`cluster/link_wire.hpp`).
#pragma once

#include "actors/remote.hpp"
#include "actors/transport.hpp"
#include "cluster/founding.hpp"
#include "cluster/handshake.hpp"
#include "cluster/link.hpp"
#include "cluster/member_table.hpp"
#include "cluster/membership_messages.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

CAF_ADD_ATOM(cluster, troupe::cluster::atom, pin, "pin")
CAF_ADD_ATOM(cluster, troupe::cluster::atom, unpin, "unpin")
CAF_ADD_ATOM(cluster, troupe::cluster::atom, leave_links, "leavelinks")
CAF_ADD_ATOM(cluster, troupe::cluster::atom, list_links, "listlinks")
CAF_ADD_ATOM(cluster, troupe::cluster::atom, members, "members")
CAF_ADD_ATOM(cluster, troupe::cluster::atom, depart, "depart")
CAF_ADD_ATOM(cluster, troupe::cluster::atom, await_charter, "charter")

namespace troupe::cluster {

/// What happened to the link with a peer, for those who subscribed.
struct link_news {
  link::news_kind kind = link::news_kind::up;
  peer_identity peer;
  std::string address; ///< Where the peer can be dialled; empty: nowhere.
  error why;           ///< None for `up`.
};

/// Listen here.
struct listen_at {
  std::string address;
};

/// Connects to whoever listens at this address (a seed).
struct contact {
  std::string address;
};

/// A reference to the actor that `peer` has under a well-known name. Nothing is sent yet.
struct refer {
  node_id peer;
  std::string name;
};

/// A note to the actor that `peer` has under a well-known name, delivered as (identity of
/// this node, content). At most once; lost without a word when the peer is unreachable.
struct post {
  node_id peer;
  std::string name;
  caf::message content;
};

/// The peer can be dialled at this address.
struct peer_moved {
  node_id peer;
  std::string address;
};

/// Membership says that this incarnation is dead or has left.
struct peer_died {
  node_id peer;
  troupe::incarnation incarnation;
};

/// Membership lists this peer no longer: it was forgotten, or is gone for so long that
/// nothing is known of it any more. Ends all pins of its link.
struct peer_forgotten {
  node_id peer;
};

/// This process learnt its cluster.
struct cluster_joined {
  cluster_id cluster;
};

/// How unwell this process is (Lifeguard's local health multiplier).
struct own_health {
  std::uint32_t multiplier = 0;
};

/// Keep the link with this peer open, or no more. A pin belongs to the actor that sends
/// this: it counts once however often it is sent, and ends with its owner at the latest.
/// Without a sender it lasts until one without a sender takes it back.
struct pin_link {
  node_id peer;
  bool pinned = true;
};

/// Who wants to hear of links. It first hears of those that are up.
using link_listener = caf::typed_actor<caf::reacts_to<link_news>>;
struct subscribe_links {
  link_listener listener;
};

/// The table of links as people see it.
struct link_summary {
  peer_identity peer;
  std::string address;
  bool up = false;
};

// -- membership
// --------------------------------------------------------------------------

/// Who wants to hear of members. It first hears `joined` of each that is known.
using member_listener = caf::typed_actor<caf::reacts_to<member_news>>;

struct subscribe_members {
  member_listener listener;
};

struct forget_member {
  node_id id;
};

// -- between the links actor and the link actors
// ------------------------------------------

/// A connection for the link of the peer that it offers.
struct link_offered {
  actors::connection_ptr connection;
  link_offer offer;
};

/// A link wants a connection.
struct link_dial {
  node_id peer;
  link::dial dial;
};

/// A dial of a link failed.
struct link_dial_failed {
  session_id session;
  error why;
};

/// What a link tells: its news, and whether it is still of use.
struct link_report {
  node_id peer;
  link::news news;
};

/// A link that nothing needs offers to end.
struct link_unused {
  node_id peer;
};

/// A message of a reference.
struct link_carry {
  actors::outgoing message;
};

/// A claim of room was refused: tell `who` when there is some.
struct link_room_wanted {
  std::size_t bytes = 0;
  caf::strong_actor_ptr who;
};

/// A monitor on a reference.
struct link_watch {
  actors::remote_target target;
  caf::strong_actor_ptr reference;
};

/// Delivered messages were consumed.
struct link_consumed {
  session_id session;
  actors::lane lane = actors::lane::control;
  std::uint64_t bytes = 0;
};

/// A note to a name, with this node's identity.
struct link_post {
  std::string name;
  actors::encoded_message content;
};

} // namespace troupe::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::peer_identity)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::link_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::listen_at)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::pin_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::subscribe_links)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::contact)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::refer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::post)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::peer_moved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::peer_died)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::peer_forgotten)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::cluster_joined)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::own_health)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::link_summary)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<troupe::cluster::link_summary>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::link_offered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::link_dial)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::link_dial_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::link_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::link_unused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::link_carry)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::link_room_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::link_watch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::link_consumed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::link_post)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::membership_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::member_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<troupe::cluster::member>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::subscribe_members)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::forget_member)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::founding_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::charter)
