/// One link core, with its peer played by hand: helpers of the link's tests.
#pragma once

#include "cluster/link.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::cluster {

using namespace std::chrono_literals;

constexpr auto t0 = time_point{1h};
constexpr auto s1 = session_id{101};
constexpr auto s2 = session_id{102};

inline peer_identity identity(std::uint64_t id, std::uint64_t incarnation = 1) {
  return {
    node_id{uuid{0, id}}, node_name{"n" + std::to_string(id)},
    troupe::incarnation{incarnation}, link_role::node};
}

inline payload message(payload_kind kind, std::uint64_t call, std::string content = {}) {
  return {kind, std::string{"service"}, actor_number{5}, call, "t", std::move(content)};
}

inline payload note(std::string content = {}) {
  return message(payload_kind::note, 0, std::move(content));
}

inline payload request(std::uint64_t call, std::string content = {}) {
  return message(payload_kind::request, call, std::move(content));
}

/// The peer's answer to `request(call)`.
inline payload answer(std::uint64_t call) {
  auto result = message(payload_kind::answer, call);
  result.to = actor_number{5};
  result.from = actor_number{0};
  return result;
}

/// What `note(content)` costs, for contents of `size` bytes.
inline std::uint64_t cost(std::size_t size = 0) {
  return credit_cost(note(std::string(size, 'x')));
}

template <class Frame>
std::vector<Frame> frames_of(const link::output& out) {
  auto result = std::vector<Frame>{};
  for (const auto& x : out.frames)
    if (const auto* frame = std::get_if<Frame>(&x.frame))
      result.push_back(*frame);
  return result;
}

template <class Frame>
std::vector<Frame> frames_on(const link::output& out, connection_id connection) {
  auto result = std::vector<Frame>{};
  for (const auto& x : out.frames)
    if (const auto* frame = std::get_if<Frame>(&x.frame); x.connection == connection)
      if (frame != nullptr)
        result.push_back(*frame);
  return result;
}

inline std::vector<link::news_kind> kinds(const link::output& out) {
  auto result = std::vector<link::news_kind>{};
  for (const auto& x : out.news)
    result.push_back(x.kind);
  return result;
}

inline std::vector<std::pair<std::uint64_t, ec>> failures(const link::output& out) {
  auto result = std::vector<std::pair<std::uint64_t, ec>>{};
  for (const auto& x : out.failures)
    result.emplace_back(x.call, code_of(x.why));
  return result;
}

inline bool is_nothing(const link::output& x) {
  return x.frames.empty() && x.closes.empty() && x.dials.empty() && x.arrivals.empty()
         && x.watches.empty() && x.failures.empty() && x.ended_actors.empty()
         && x.news.empty() && x.undelivered.empty() && x.dropped == 0
         && x.released_bytes == 0;
}

/// The code of the one refusal in `out`, which closes the connection.
inline ec refusal_of(const link::output& out) {
  auto refusals = frames_of<refuse>(out);
  REQUIRE(refusals.size() == 1);
  CHECK(out.closes.size() == 1);
  return refusals[0].code;
}

using news_list = std::vector<link::news_kind>;
using failure_list = std::vector<std::pair<std::uint64_t, ec>>;

/// The node of id 2, linked to the peer of id 1 or 3: the one that wins, or loses, when
/// both dial at once.
class link_fixture {
public:
  static constexpr std::uint64_t window = 4'000;

  static link_config small() {
    return {
      .heartbeat_interval = 200ms,
      .silence_max = 2s,
      .frame_deadline = 5s,
      .dial_deadline = 2s,
      .handshake_deadline = 2s,
      .down_after = 1s,
      .idle_after = 30s,
      .redial_min = 100ms,
      .redial_max = 800ms,
      .call_age_max = 60s,
      .window_control_bytes = window,
      .window_bulk_bytes = 2 * window,
      .queue_bytes_max = 10'000,
      .frame_bytes_max = 5'000};
  }

  explicit link_fixture(
    std::uint64_t peer = 3, std::string address = "peer:7400",
    const link_config& config = small())
      : peer_id{peer}, core{
                         config,
                         {"mall", {}, identity(2), "n2:7400"},
                         node_id{uuid{0, peer}},
                         std::move(address),
                         random_source{1}} {}

  /// The two connections of a session.
  static connection_id control_of(session_id id) { return connection_id{id.value() * 2}; }
  static connection_id bulk_of(session_id id) {
    return connection_id{id.value() * 2 + 1};
  }

  [[nodiscard]] link_offer offer(lane lane, session_id id, bool ours) const {
    return {lane,         id, ours,        identity(peer_id, incarnation),
            peer_address, {}, peer_window, 1};
  }

  link::output offered(lane lane, session_id id, bool ours) {
    return core.offered(
      lane == lane::control ? control_of(id) : bulk_of(id), offer(lane, id, ours), now);
  }

  link::output hears(link_frame frame) {
    return core.arrived(control_of(session), std::move(frame), now);
  }

  link::output hears_on_bulk(link_frame frame) {
    return core.arrived(bulk_of(session), std::move(frame), now);
  }

  /// The peer dials both lanes; returns the output that ends in `up`.
  link::output peer_dials(session_id id) {
    session = id;
    (void)offered(lane::control, id, false);
    (void)hears(confirm{});
    (void)offered(lane::bulk, id, false);
    return hears_on_bulk(confirm{});
  }

  /// The dial `x` of the link gets through; returns the output that ends in `up`.
  link::output gets_through(const link::dial& x) {
    session = x.session;
    auto out = offered(lane::control, x.session, true);
    REQUIRE(out.dials.size() == 1);
    CHECK(out.dials[0].lane == lane::bulk);
    CHECK(out.dials[0].session == x.session);
    (void)offered(lane::bulk, x.session, true);
    auto result = hears(confirm{});
    (void)hears_on_bulk(confirm{});
    return result;
  }

  link::output breaks() {
    return core.broke(control_of(session), fail(ec::link_lost, "reset"), now);
  }

  /// Lets time pass, with ticks and the peer's heartbeats, until `silent_for` before the
  /// end. Returns the sum of what the ticks gave.
  link::output pass(duration length, duration silent_for = 0s) {
    auto result = link::output{};
    for (auto end = now + length; now < end;) {
      now += std::min<duration>(100ms, end - now);
      if (core.up() && end - now >= silent_for) {
        add(result, hears(heartbeat{}));
        add(result, hears_on_bulk(heartbeat{}));
      }
      add(result, core.tick(now));
    }
    return result;
  }

  std::uint64_t peer_id;
  std::uint64_t incarnation = 1;
  std::uint64_t peer_window = window;
  std::string peer_address = "peer:7400";
  session_id session;
  time_point now = t0;
  link core;

private:
  template <class T>
  static void move_over(std::vector<T>& to, std::vector<T>& from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
  }

  static void add(link::output& to, link::output from) {
    move_over(to.frames, from.frames);
    move_over(to.closes, from.closes);
    move_over(to.dials, from.dials);
    move_over(to.arrivals, from.arrivals);
    move_over(to.failures, from.failures);
    move_over(to.ended_actors, from.ended_actors);
    move_over(to.news, from.news);
    move_over(to.undelivered, from.undelivered);
    to.dropped += from.dropped;
  }
};

} // namespace troupe::cluster
