/// Decides who is in the cluster: finds members, notices failures, spreads the word.
///
/// SWIM's failure detector and gossip with Lifeguard's three extensions. Pure: the caller
/// supplies messages and time and performs the output. One instance serves one node for
/// one incarnation of its process and is not thread-safe.
///
/// How a caller drives it: `start` once; `tick` when `output::next_wake` has come, or any
/// time before; every other event as it happens; after each call, perform the whole
/// output in its order and replace the timer. Time never goes back.
///
/// What it promises (`check_invariants`, and the properties in
/// `tests/simulation/membership_sim.cpp`): a transition is told once; nobody speaks for a
/// member's incarnation but the member; one accuser alone needs `suspicion_max` to
/// declare a death where others could confirm it; seeds are retried for ever, dead
/// members until they are reclaimed, `reclaim_after` after their end; so the list is
/// bounded by those present and those that went within that time.
///
/// Cost: an idle node sends and answers one ping per `probe_interval` and one exchange
/// per push-pull period, whatever the size N of the cluster. CPU: a message is O(claims
/// in it * log N); choosing listeners is O(N) per round of gossip.
///
/// Sources: SWIM (Das, Gupta, Motivala 2002) and Lifeguard (Dadgar, Phillips, Currey
/// 2017), named by section where they apply; hashicorp/memberlist for full exchanges and
/// defaults; design decision 10 for identity. Ours: a death is believed only by those who
/// have suspected for a while (`moderated`), whoever tells a refuted accusation is told
/// so (`hear`), and time in which this node stood still is nobody else's silence
/// (`stood_still`).
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/ids.hpp"
#include "actors/base/random.hpp"
#include "actors/base/time.hpp"
#include "cluster/gossip_queue.hpp"
#include "cluster/local_health.hpp"
#include "cluster/member.hpp"
#include "cluster/member_table.hpp"
#include "cluster/membership_config.hpp"
#include "cluster/membership_messages.hpp"
#include "cluster/probe_ring.hpp"
#include "cluster/suspicion.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace troupe::cluster {

class membership {
public:
  /// A message to the member (or connected stranger) `to`. The link to it is opened when
  /// there is none; `find(to)->endpoints.link` says where.
  struct envelope {
    node_id to;
    membership_message message;

    friend bool operator==(const envelope&, const envelope&) = default;
  };

  /// An address worth dialling. `expected` is the dead member that was there, nil for a
  /// seed; whoever answers is fine.
  struct contact {
    std::string address;
    node_id expected;

    friend bool operator==(const contact&, const contact&) = default;
  };

  /// What the caller must do, in this order.
  struct output {
    std::vector<envelope> sends;   ///< Send each; loss is no error.
    std::vector<member_news> news; ///< Tell the subscribers.
    std::vector<contact> redials;  ///< Dial each; then `peer_connected`, or nothing.
    /// Call `tick` then; `time_point::max()` for never. Never before the call's `now`.
    time_point next_wake = time_point::max();
    unsigned health = 0; ///< Own health score: 0 is well. Links tell it to their peers.
  };

  /// `self` is this node's own row: identity, endpoints, versions and meta count.
  /// `seeds` are addresses to join through; the node's own may be among them.
  /// @pre `config.validate()` is none; the meta is at most `meta_bytes_max` bytes.
  membership(
    const membership_config& config, const member& self,
    const std::vector<std::string>& seeds, std::uint64_t random_seed);

  /// Begins: dials the seeds, and probes whom it gets to know.
  [[nodiscard]] output start(time_point now);

  /// Advances time.
  [[nodiscard]] output tick(time_point now);

  // Messages from `from`, in any order, any number of times. Before `start` and after an
  // expulsion they are ignored.
  [[nodiscard]] output received(const node_id& from, const ping& message, time_point now);
  [[nodiscard]] output
  received(const node_id& from, const ping_req& message, time_point now);
  [[nodiscard]] output received(const node_id& from, const ack& message, time_point now);
  [[nodiscard]] output received(const node_id& from, const nack& message, time_point now);
  [[nodiscard]] output
  received(const node_id& from, const gossip& message, time_point now);
  [[nodiscard]] output
  received(const node_id& from, const push_pull& message, time_point now);

  /// A link's handshake is done, or a redial found one that stands already; `incarnation`
  /// is what the peer said there. `dialled` is the address as it was in `redials`, empty
  /// when the peer dialled us. A node that met itself reports that too.
  [[nodiscard]] output peer_connected(
    const node_id& peer, troupe::incarnation incarnation, const std::string& dialled,
    time_point now);

  /// The link to `peer` broke, or could not be opened. A hint: the peer is probed at
  /// once.
  [[nodiscard]] output link_broke(const node_id& peer, time_point now);

  /// Replaces what this node says of itself; others hear it as `updated`.
  /// @pre the meta is at most `meta_bytes_max` bytes; the node has not left.
  [[nodiscard]] output
  announce(const node_endpoints& endpoints, const std::string& meta, time_point now);

  /// Says goodbye. Probing ends; `departed` comes when enough members were told, or after
  /// `leave_timeout`. Leaving again changes nothing.
  [[nodiscard]] output leave(time_point now);

  /// Takes a dead or departed member off the list for ever, in the whole cluster; again
  /// changes nothing. Fails with ec::not_found when it was never known, ec::wrong_state
  /// while it is present.
  [[nodiscard]] expected<output> forget(const node_id& id, time_point now);

  /// All members, this node too, whatever their state; forgotten ones are not among them.
  [[nodiscard]] const std::map<node_id, member>& members() const;

  /// The member, or null. Valid until the next event.
  [[nodiscard]] const member* find(const node_id& id) const;

  /// This node's own row.
  [[nodiscard]] const member& self() const;

  [[nodiscard]] std::size_t alive_count() const;

  [[nodiscard]] unsigned health() const { return health_.score(); }

  /// Aborts when the parts of the state contradict each other. For tests and simulation.
  void check_invariants() const;

private:
  enum class phase : std::uint8_t { fresh, running, leaving, departed, expelled };

  struct probe {
    node_id target;
    troupe::incarnation incarnation; // That is probed, and accused if need be.
    cluster::refutation refutation;
    time_point ask_helpers_at;
    time_point ends_at;
    bool helpers_asked = false;
    std::size_t helper_count = 0;
    std::set<node_id> silent_helpers; // Neither nack nor ack yet.
  };

  // A probe that we make for somebody else.
  struct relay {
    node_id asker;
    probe_seq asker_seq;
    node_id target;
    time_point nack_at;
    time_point ends_at;
    bool nacked = false;
  };

  // membership.cpp: events and time.
  void begin(time_point now);
  void stood_still(duration lost);
  [[nodiscard]] output finish(time_point now);
  [[nodiscard]] time_point next_wake() const;
  [[nodiscard]] bool listens_to(const node_id& from);
  void send(const node_id& to, membership_message message);

  // membership_claims.cpp: what is believed.
  void hear(const node_id& from, const std::vector<member>& claims, time_point now);
  [[nodiscard]] bool outdated_accusation(const member& claim) const;
  void absorb(const member& claim, time_point now);
  [[nodiscard]] member moderated(const member& claim, time_point now) const;
  [[nodiscard]] bool confirm(const member& claim);
  void follow(const member& claim, bool was_present, time_point now);
  void begin_suspicion(const member& claim, time_point now);
  void expire_suspicions(time_point now);
  void accuse(const node_id& target, time_point now);
  void hear_about_self(const member& claim);
  void refute(const member& claim);
  void change_self(const member& next);
  [[nodiscard]] bool too_old(const member& claim) const;
  void reclaim(time_point now);
  void outlived_by(const member& claim);
  void expel();

  // membership_probe.cpp: SWIM's failure detector.
  void probe_next(time_point now);
  void start_probe(const node_id& target, time_point now);
  [[nodiscard]] bool probing(const node_id& target) const;
  void advance_probes(time_point now);
  void ask_helpers(probe_seq seq, probe& waiting);
  void conclude_failed(const probe& failed, time_point now);
  void advance_relays(time_point now);
  void answer_probe(const node_id& from, probe_seq seq);

  // membership_gossip.cpp: how news travels.
  [[nodiscard]] std::vector<member> claims_for(const node_id& to);
  [[nodiscard]] std::vector<member> all_claims() const;
  void tell_ages(std::vector<member>& claims) const;
  void gossip_round(time_point now);
  [[nodiscard]] std::vector<node_id> listeners(time_point now);
  void push_pull_next(time_point now);
  void exchange_with(const node_id& peer);
  void reconnect(time_point now);
  [[nodiscard]] std::vector<contact> lost_contacts();

  membership_config config_;
  node_id self_;
  random_source random_;
  phase phase_ = phase::fresh;

  member_table table_;
  local_health health_;
  probe_ring ring_; // Those present but ourselves.
  gossip_queue queue_;
  std::map<std::string, node_id> seeds_; // Who answered there last; nil: nobody yet.

  probe_seq last_seq_;
  std::map<probe_seq, probe> probes_;
  std::map<probe_seq, relay> relays_;
  std::map<node_id, suspicion> suspicions_;     // Of exactly those who are suspect.
  std::map<node_id, time_point> recently_dead_; // When they died.
  std::map<node_id, time_point> gone_since_;    // Of exactly the others dead or left.

  time_point now_;
  time_point promised_wake_ = time_point::max(); // `next_wake` of the last output.
  time_point next_probe_;
  time_point next_gossip_; // Counts only while the queue holds something.
  time_point next_push_pull_;
  time_point next_reconnect_;
  time_point leave_deadline_;
  troupe::incarnation outlived_by_; // The highest one that was told as news.
  bool cloned_ = false;             // Told as news.

  output out_;
};

} // namespace troupe::cluster
