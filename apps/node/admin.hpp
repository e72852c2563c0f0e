/// What a shell, `troupe up` or a script can ask a node, and what it answers.
///
/// Each question is a message to the node's well-known actor `admin` over a link with the
/// role client. Plain values; apps/apps.proto is the wire.
#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/time.hpp"
#include "actors/messages.hpp"
#include "apps/inject/injected_fault.hpp"
#include "router/call.hpp"
#include "storage/replica_status.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>

namespace troupe::apps {

/// Who are you, and are you ready?
struct status_query {};

struct status_reply {
  node_name name;
  node_id id;
  troupe::incarnation incarnation;
  std::string cluster_name;
  cluster_id cluster; ///< Nil until the cluster is founded or joined.
  std::string phase;  ///< founding, joining, ready, leaving.
  std::uint64_t pid = 0;
};

/// The members as this node sees them, itself first in no particular order.
struct members_query {};

struct member_row {
  node_name name;
  node_id id;
  std::string state; ///< alive, suspect, dead, left.
  troupe::incarnation incarnation;
  std::string link; ///< host:port, as others dial it; empty: does not listen.
  std::string resp;
  std::string http;
  bool linked = false; ///< The asked node has an open link with it now.
  bool inject = false; ///< It was started so that faults can be injected.
};

struct members_reply {
  std::vector<member_row> members;
};

/// Who provides and who consumes services, as the asked node's registry has it.
struct services_query {};

struct provider_row {
  std::string service; ///< group/interface:version.
  node_name node;
  node_id id;
  std::uint32_t weight = 0;
  std::string state; ///< ready, drain, hidden (its node is down), unconfirmed.
};

struct consumer_row {
  std::string service;
  node_name node;
  node_id id;
};

struct services_reply {
  std::vector<provider_row> providers;
  std::vector<consumer_row> consumers;
};

/// Metrics of the asked node.
struct stats_query {
  /// Of the minute that runs and this many before it; 0: since the node started.
  std::uint32_t minutes = 0;
};

struct stats_row {
  std::string name;
  std::string labels; ///< `key=value,key=value`, in order of the keys.
  std::string kind;   ///< counter, gauge, histogram; of a window, no gauges.
  double value = 0;   ///< Of a histogram: the count.
  double p50 = 0;     ///< Histograms only, as are the next two.
  double p99 = 0;
  double max = 0;
};

struct stats_reply {
  std::vector<stats_row> rows;
  duration window{}; ///< The time that they cover; 0: since the node started.
};

/// The supervisor tree.
struct tree_query {};

struct tree_reply {
  actors::tree_node root;
};

/// Call a service through the asked node. Fails as the call does.
struct call_command {
  std::string service; ///< interface, or group/interface:version
  std::string method;
  std::string json; ///< The request's fields.
  /// Running it twice, on two providers, is as good as once: retry when one dies.
  bool idempotent = false;
};

struct call_reply {
  std::string json; ///< The response's fields.
  std::uint32_t attempts = 0;
  duration took{};
  router::trace_id trace; ///< What the nodes' logs call it. An error's sentence names it.
};

/// All shards of the cluster, the catalog as shard 0, as their masters see them. The
/// asked node asks the others; of who does not answer in a second it shows what others
/// say, or only that a replica is placed there.
struct shards_query {};

struct replica_row {
  /// Followed by the beginning of its id where the name is another's by now: a node that
  /// lost its disk comes back under a new identity.
  node_name node;
  std::string state; ///< Of the node: alive, suspect, dead, left, unknown.
  replica_id replica;
  std::string role; ///< master, slave, candidate, quarantined, unknown.
  bool voter = false;
  /// What the master heard last, or the replica says itself; none: neither is known.
  std::optional<lsn> durable;
  std::optional<lsn> commit;
  std::optional<lsn> applied;
  /// Records at the end of the master's log that are not durable here.
  std::optional<std::uint64_t> lag;
};

struct shard_row {
  shard_id shard;
  epoch at;
  std::optional<node_name> master; ///< None while none is known.
  std::vector<storage::slot_range> slots;
  std::vector<replica_row> replicas;
};

struct shards_reply {
  std::vector<shard_row> shards;
  std::string waiting; ///< Why shards are not placed yet; empty when they are.
};

/// The same of one node's own replicas: what admins ask each other.
struct own_shards_query {};

struct own_shards_reply {
  std::vector<storage::replica_status> replicas;
  std::string waiting;
};

/// A command on data, in the words of Redis: GET, SET, DEL and all others that read or
/// write keys of one slot.
struct data_command {
  std::vector<std::string> words;
};

struct data_reply {
  std::string resp; ///< As Redis would answer (RESP2).
};

/// The gossiped meta of a node that allows faults.
inline constexpr auto inject_meta = std::string_view{"inject"};

/// Let this node suffer a fault. Fails with ec::wrong_state when it was not started with
/// --allow-inject, as the next two do, and with ec::invalid_argument.
struct inject_command {
  injected_fault what;
};

struct inject_reply {
  injection_id id;
};

/// The faults that stand on this node.
struct faults_query {};

struct faults_reply {
  std::vector<standing_fault> faults;
};

/// End them.
struct heal_command {};

struct heal_reply {
  std::uint32_t ended = 0; ///< How many stood.
};

/// Leave the cluster and end. Answered when `left` has been spread; the process ends soon
/// after.
struct leave_command {};

struct leave_reply {};

} // namespace troupe::apps

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::status_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::status_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::members_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::members_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::services_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::services_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::stats_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::stats_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::tree_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::tree_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::call_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::call_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::shards_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::shards_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::own_shards_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::own_shards_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::data_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::data_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::inject_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::inject_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::faults_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::faults_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::heal_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::heal_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::leave_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::leave_reply)
