/// Everything that one replica's core remembers.
///
/// The families of rules (`election.hpp`, `following.hpp`, ...) are functions over it;
/// each head says which fields it rules. All of it is volatile: what must survive a crash
/// is in `replica_output` first.
#pragma once

#include "actors/base/random.hpp"
#include "storage/replica/log_tail.hpp"
#include "storage/replica/mastership.hpp"
#include "storage/replica/replica_config.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace troupe::storage {

enum class replica_role : std::uint8_t { slave = 1, candidate = 2, master = 3 };

[[nodiscard]] inline const char* to_string(replica_role x) {
  return x == replica_role::slave       ? "slave"
         : x == replica_role::candidate ? "candidate"
                                        : "master";
}

/// A slave that asks around before it stands.
struct campaign {
  epoch next;
  std::set<replica_id> in_favour;
};

/// A slave that stands: its epoch is raised and its vote is its own.
struct candidacy {
  std::set<replica_id> votes;
};

/// A slave's stream from its master.
struct incoming_stream {
  std::uint64_t id = 0;
  bool open = false;        ///< Subscribed, and not answered yet.
  bool established = false; ///< Answered, in this epoch.
  time_point opened_at;
};

struct replica_state {
  replica_config self;
  random_source random{0};
  const row_view* stored = nullptr;
  const evaluator* commands = nullptr;

  // As on disk, or on its way there.
  epoch at;
  std::optional<replica_id> voted_for;
  log_tail log;
  std::uint64_t cut = 0;
  lsn durable;

  // The applied state.
  lsn applied;  ///< Readers of the store see everything up to here.
  lsn applying; ///< Handed over for applying up to here.
  lsn flushed;  ///< Would survive a crash, up to here.
  std::vector<slot_range> slots;
  dedup_table dedup;

  // The state of the protocol. At most one of candidate and master is set.
  bool quarantined = false;
  lsn commit;
  lsn verified; ///< Equal to the log of this epoch's master up to here.
  std::optional<replica_id> known_master;
  std::optional<campaign> asking;
  std::optional<candidacy> candidate;
  std::optional<mastership> master;

  time_point
    sticky_until; ///< No vote before: a master was heard, or this incarnation is young.
  time_point election_at;
  int stand_please_count = 0; ///< Since a master was last heard.

  incoming_stream stream;
  lsn keep_from; ///< Of the current epoch's master.
  lsn released;
  lsn last_acked;                 ///< The largest acknowledgement sent in this epoch.
  std::uint64_t own_requests = 0; ///< Writes of no client, in this incarnation.
  std::map<replica_id, incarnation> incarnations;

  [[nodiscard]] replica_id id() const { return self.who.replica; }
  [[nodiscard]] const shard_config& config() const { return log.config(); }
  [[nodiscard]] const shard_timing& timing() const { return log.config().timing; }
  [[nodiscard]] bool may_vote() const { return !quarantined && config().is_voter(id()); }
  [[nodiscard]] replica_role role() const {
    return master      ? replica_role::master
           : candidate ? replica_role::candidate
                       : replica_role::slave;
  }
};

/// One event being handled: the state that it changes, what it wants done, and when.
struct turn {
  replica_state& s;
  replica_output& out;
  time_point now;
};

/// Sends `body` to `to`, in the current epoch.
void send(turn& t, replica_id to, message_body body);

/// Sends a copy to all other members, or to the voters among them.
void send_to_members(turn& t, const message_body& body);
void send_to_voters(turn& t, const message_body& body);

/// Makes epoch and vote durable before anything else of this turn happens.
void persist(turn& t);

/// Moves to a newer epoch, as nobody in particular.
/// @pre `newer` is newer.
void adopt(turn& t, epoch newer);

/// Damage was found: from here on this replica neither votes nor acknowledges.
void quarantine(turn& t, std::string why);

} // namespace troupe::storage
