/// One link: everything between this process and one other, above the connections.
///
/// A link lives through *sessions*. A session is two connections, one per lane, dialled
/// by the same end; it is up when both have finished their handshake, and gone when
/// either breaks. Messages wait (bounded) while there is none. The acceptor is up when
/// both lanes were confirmed, and then confirms in turn, which brings up the dialler:
/// neither hears a message before it is up.
///
/// - At most once, in order within a lane and a session.
/// - When a session that was up is gone, every unanswered request fails at once with
///   ec::link_lost, and `lost` is told. When no session is back within `down_after`, when
///   membership says dead, when the peer leaves, or when another incarnation answers,
///   `down` is told: the peer's actors are gone. What waits then is never delivered to a
///   later incarnation.
/// - What waits for a peer that was not there fails with ec::unreachable when a dial
///   fails, or at once when nobody can dial. What finds the queue full fails with
///   ec::busy. That is what comes unasked: what its sender has claimed room for waits in
///   the same order, and has a bound of its own, so neither crowds out the other.
/// - Requests fail in `failures`, notes in `undelivered`; of both it is sure that they
///   never left. What has left and is lost with its session is told by `lost` alone: who
///   sends notes repeats what nobody acknowledged, or gives up by a deadline. So do
///   membership (probes, full exchanges), the registry (digests), replicas (progress),
///   founding (its period) and calls (deadlines).
/// - A request ends once: by its answer or in `failures`; a watch ends once, in
///   `ended_actors`.
/// - When both ends dial at once, the session dialled by the smaller node id stays.
/// - Credit: payloads leave while the receiver's window lasts; heartbeats always do.
/// - Each lane has heartbeats of its own. One that brings no byte for `silence_max`, or
/// no
///   whole frame for `frame_deadline`, breaks the session: what the other lane brings
///   proves nothing about it.
///
/// Pure. The caller performs the output in order. Not thread-safe; one per peer.
/// Cost: O(log calls) per message.
/// Source: docs/decisions/0001; the handshake is in cluster/handshake.hpp.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/random.hpp"
#include "actors/base/time.hpp"
#include "actors/transport.hpp"
#include "cluster/handshake.hpp"
#include "cluster/link_config.hpp"
#include "cluster/link_frame.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cluster {

using actors::all_lanes;
using actors::connection_id;
using actors::lane;

class link {
public:
  struct frame_out {
    connection_id connection;
    link_frame frame;
  };

  struct dial {
    session_id session;
    actors::lane lane = actors::lane::control;
    std::string where;
  };

  /// A payload of the peer, to be delivered here. What it costs is given back with
  /// `consumed` under the same session and lane.
  struct arrival {
    session_id session;
    actors::lane lane = actors::lane::control;
    cluster::payload payload;
  };

  struct failed_call {
    actor_number from;
    std::uint64_t call = 0;
    error why;
  };

  /// A note that never left.
  struct undelivered_note {
    cluster::payload payload;
    error why;
  };

  enum class news_kind : std::uint8_t { up, lost, down };

  struct news {
    news_kind kind = news_kind::up;
    peer_identity peer;
    error why; ///< None for `up`.
  };

  /// What the caller must do, in this order.
  struct output {
    std::vector<frame_out> frames;
    std::vector<connection_id> closes; ///< After their frames.
    std::vector<dial> dials;
    std::vector<arrival> arrivals;
    std::vector<link_target> watches; ///< The peer wants to hear of these actors' end.
    std::vector<failed_call> failures;
    std::vector<ended> ended_actors; ///< Of the peer, that somebody here watches.
    std::vector<link::news> news;
    std::vector<undelivered_note> undelivered; ///< For their senders, who are known.
    std::uint64_t dropped = 0;      ///< Notes and answers that were given up, those too.
    std::size_t released_bytes = 0; ///< Of claimed room: its messages left, or failed.
  };

  /// A link to the process `peer`, which listens at `address` (empty: it cannot be
  /// dialled). Nothing happens until something is sent or offered.
  link(
    link_config config, local_identity self, node_id peer, std::string address,
    random_source random);

  /// Sends `x` on `lane`, now or when it can. A request that cannot go fails in an
  /// output, now or later; so does a note, an answer is dropped. `claimed_bytes` is the
  /// room that was claimed for it, none for what comes unasked; it is released once.
  /// @pre a request's (from, call) is not that of another under way.
  [[nodiscard]] output
  send(payload x, actors::lane lane, time_point now, std::size_t claimed_bytes = 0);

  /// An actor here that the peer watches has ended, or is not there. Not told while there
  /// is no session: the peer asks again in the next.
  [[nodiscard]] output tell_ended(ended x, time_point now);

  /// Somebody here wants to know when the peer's `target` ends.
  [[nodiscard]] output watch(link_target target, time_point now);

  /// A connection to or from the peer has got as far as `offer`.
  [[nodiscard]] output
  offered(connection_id connection, const link_offer& offer, time_point now);

  /// A dial of an earlier output failed, or its handshake was refused.
  [[nodiscard]] output dial_failed(session_id id, const error& why, time_point now);

  /// Bytes came on a connection of this link, whether or not they end a frame: a large
  /// one that is under way is a sign of life, too. Others are ignored.
  void heard(connection_id connection, time_point now);

  /// A frame came on a connection of this link. Others are ignored.
  [[nodiscard]] output
  arrived(connection_id connection, link_frame frame, time_point now);

  /// A connection of this link broke or carried garbage; the output closes it. Others are
  /// ignored.
  [[nodiscard]] output broke(connection_id connection, const error& why, time_point now);

  /// Actors here have consumed `bytes` of what arrived.
  [[nodiscard]] output
  consumed(session_id session, actors::lane lane, std::uint64_t bytes);

  /// Membership says that `incarnation` of the peer is dead. Ignored for an older one.
  [[nodiscard]] output peer_dead(troupe::incarnation incarnation, time_point now);

  /// Advances time; call it every `heartbeat_interval / 2` or so.
  [[nodiscard]] output tick(time_point now);

  /// Says goodbye for ever and closes. Nothing is sent afterwards.
  [[nodiscard]] output leave(time_point now);

  /// The peer can be dialled at `address` from now on.
  void moved(std::string address) { address_ = std::move(address); }

  /// This process learnt its cluster.
  void joined(cluster_id cluster) { self_.cluster = cluster; }

  /// How unwell this process is; goes out with heartbeats.
  void health(std::uint32_t multiplier) { health_ = multiplier; }

  /// While pinned, a link is kept open and redialled. Pins are counted.
  [[nodiscard]] output pin(time_point now);
  void unpin();

  /// Where the peer can be dialled; empty: nowhere.
  [[nodiscard]] const std::string& address() const { return address_; }

  [[nodiscard]] bool up() const { return session_ && session_->up; }
  [[nodiscard]] bool leaving() const { return left_; }

  /// True when nothing is connected, wanted or waiting: the link may be forgotten.
  [[nodiscard]] bool unused() const;

  /// The peer's last known identity; null before the first session.
  [[nodiscard]] const std::optional<peer_identity>& peer() const { return known_; }

  [[nodiscard]] std::uint32_t peer_health() const { return peer_health_; }
  [[nodiscard]] std::size_t calls_count() const { return calls_.size(); }
  /// Of what came unasked.
  [[nodiscard]] std::size_t queued_bytes(actors::lane x) const {
    return queues_[index(x)].bytes;
  }

private:
  struct lane_state {
    std::optional<connection_id> connection;
    bool confirmed = false;     // By the peer.
    std::int64_t credit = 0;    // May go below zero by one frame.
    std::uint64_t consumed = 0; // Not yet given back.
    bool goodbye_heard = false; // The peer says no more payloads on this lane.
    time_point last_sent;
    time_point last_heard; // A byte.
    time_point last_frame; // A whole one.
  };

  struct live_session {
    session_id id;
    bool ours = false;
    bool up = false;
    bool closing = false;      // Our goodbye is out.
    bool peer_leaving = false; // Its goodbye is for ever.
    peer_identity peer;
    time_point since;
    std::string where;
    std::array<lane_state, 2> lanes;
  };

  struct waiting {
    cluster::payload payload;
    std::size_t claimed_bytes = 0;

    /// What it takes of the bound on what comes unasked.
    [[nodiscard]] std::uint64_t unasked_bytes() const {
      return claimed_bytes > 0 ? 0 : credit_cost(payload);
    }
  };

  struct outbox {
    std::deque<waiting> messages;
    std::uint64_t bytes = 0; // Of those that came unasked.
  };

  static std::size_t index(actors::lane x) { return x == actors::lane::control ? 0 : 1; }

  // Sessions.
  void want_session(output& out, time_point now);
  void take_inbound(
    output& out, connection_id connection, const link_offer& offer, time_point now);
  void take_ours(
    output& out, connection_id connection, const link_offer& offer, time_point now);
  [[nodiscard]] error refusal(const link_offer& offer, time_point now) const;
  void on_confirm(output& out, actors::lane lane, time_point now);
  void come_up(output& out, time_point now);
  void end_session(output& out, const error& why, time_point now);
  void drop_session(output& out, const error& why, time_point now);
  void close_connections(output& out);
  void back_off(time_point now);
  void go_down(output& out, const error& why);
  void fail_waiting(output& out, const error& why);

  // Frames.
  void on_frame(output& out, actors::lane lane, link_frame frame, time_point now);
  void on_payload(output& out, actors::lane lane, payload x, time_point now);
  void on_goodbye(output& out, actors::lane lane, const goodbye& x, time_point now);
  void on_stay(output& out, time_point now);
  [[nodiscard]] static std::int64_t credit_of(std::uint64_t bytes);
  void give_back(output& out, actors::lane lane, std::uint64_t bytes);
  void put(output& out, actors::lane lane, link_frame frame, time_point now);
  void flush(output& out, actors::lane lane, time_point now);
  void fail_calls(output& out, const error& why);
  void fail_queues(output& out, const error& why);
  void end_watches(output& out, const error& why);
  [[nodiscard]] error obstacle(const waiting& x, actors::lane lane) const;
  static void give_up(output& out, waiting x, const error& why);
  void sweep_calls(output& out, time_point now);
  void keep_alive(output& out, time_point now);
  [[nodiscard]] error silence(time_point now) const;
  [[nodiscard]] bool wanted() const;
  [[nodiscard]] bool idle() const;
  [[nodiscard]] bool reachable() const;
  [[nodiscard]] std::optional<actors::lane> lane_of(connection_id x) const;

  link_config config_;
  local_identity self_;
  node_id peer_;
  std::string address_;
  random_source random_;

  std::optional<live_session> session_;
  std::optional<peer_identity> known_;
  bool told_up_ = false; // `up` was told and `down` was not: the peer's actors exist.
  std::optional<time_point> lost_at_;
  std::array<outbox, 2> queues_;
  std::map<std::pair<actor_number, std::uint64_t>, time_point> calls_;
  std::set<link_target> watches_;
  std::uint64_t pins_ = 0;
  time_point last_used_;
  time_point redial_at_;
  time_point swept_at_;
  duration backoff_{};
  std::uint32_t health_ = 0;
  std::uint32_t peer_health_ = 0;
  bool left_ = false;
};

[[nodiscard]] std::string_view to_string(link::news_kind x);

} // namespace troupe::cluster
