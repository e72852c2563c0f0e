/// A simulated TCP network between named hosts.
///
/// A core: the caller supplies time and performs the output. Given the seed, the same
/// calls have the same outputs. Not thread-safe.
///
/// A connection has two directions, each a queue of segments in order: behind one that is
/// late, all wait, as in TCP. Handshakes, window updates and ends travel there too, so
/// faults meet them all alike. A sender may be `window_bytes` ahead of what the peer has
/// read; the rest waits with it.
///
/// Invariants: each `read` is answered once unless its end closes; each dial is answered
/// once; the bytes of a direction arrive in order, without gap.
/// Cost: O(log connections) per segment; a fault costs O(connections).
#pragma once

#include "actors/address.hpp"
#include "actors/base/bytes.hpp"
#include "actors/base/error.hpp"
#include "actors/base/random.hpp"
#include "actors/base/strong.hpp"
#include "actors/base/time.hpp"
#include "actors/byte_queue.hpp"
#include "actors/sim/fault.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::sim {

/// One end of a connection; never reused. The dialler's is odd.
using end_id = strong<struct end_id_tag, std::uint64_t>;
/// A listener; never reused.
using listener_id = strong<struct listener_id_tag, std::uint64_t>;

struct network_config {
  /// Time from host to host, drawn for each segment.
  duration latency_min = std::chrono::microseconds{100};
  duration latency_max = std::chrono::milliseconds{1};

  /// Of each directed pair of hosts; 0 is unlimited.
  std::uint64_t bytes_per_second = 0;

  /// How far a sender may be ahead of its reader.
  std::size_t window_bytes = 256U << 10;

  /// Longest segment. Shorter shares a narrow link more evenly and costs more events.
  std::size_t segment_bytes_max = 64U << 10;

  /// After a heal, what waited leaves within this: TCP tries again only now and then.
  duration retransmit_max = std::chrono::milliseconds{200};

  /// How long a closed end may take to send what is queued.
  duration linger = std::chrono::seconds{1};
};

/// How often each fault really struck something: a run in which a fault never did has not
/// tested it.
struct fault_counters {
  std::uint64_t segments_stalled = 0; ///< By a cut or stall; once per segment.
  std::uint64_t segments_delayed = 0;
  std::uint64_t connections_reset = 0;
  std::uint64_t connections_crashed = 0;
  std::uint64_t events_paused = 0; ///< Held back, outgoing segments included.
  std::uint64_t dials_expired = 0;

  bool operator==(const fault_counters&) const = default;
};

class network {
public:
  // What the caller must tell whom.
  struct accepted {
    listener_id listener;
    end_id end;
    std::string peer;
  };
  struct connected {
    end_id end; ///< As returned by `dial`.
    std::string peer;
  };
  struct dial_failed {
    end_id end;
    error why;
  };
  struct received {
    end_id end;
    byte_buffer bytes;
  };
  struct disconnected {
    end_id end;
    error why;
  };
  using event = std::variant<accepted, connected, dial_failed, received, disconnected>;
  /// In the order to tell them.
  using output = std::vector<event>;

  /// Called for each segment that leaves ("syn", "bytes", "fin", ...), arrives
  /// ("arrived") or is stopped ("stalled"), and for faults (no bytes). `bytes` is valid
  /// during the call.
  using trace_hook = std::function<void(
    time_point now, const std::string& from, const std::string& to, const char* kind,
    byte_view bytes)>;

  network(network_config config, std::uint64_t seed);

  void set_trace(trace_hook hook) { trace_ = std::move(hook); }

  /// Adds `name`, or brings it back after a crash.
  void start_host(const std::string& name);
  [[nodiscard]] bool is_up(const std::string& name) const;

  /// An orderly end: no more listeners, every connection closes as by `close`, nothing is
  /// told to the host any more.
  [[nodiscard]] output stop_host(const std::string& name, time_point now);

  [[nodiscard]] expected<std::pair<listener_id, actors::address>>
  listen(const std::string& host, actors::address where);
  void stop_listening(listener_id id);

  /// Dials from `host`; the first is the id of the end that will be connected.
  [[nodiscard]] std::pair<end_id, output> dial(
    const std::string& host, const actors::address& where, duration deadline,
    time_point now);

  [[nodiscard]] output read(end_id end, time_point now);
  [[nodiscard]] output write(end_id end, byte_buffer bytes, time_point now);
  [[nodiscard]] output close(end_id end, time_point now);
  [[nodiscard]] std::size_t unsent_bytes(end_id end) const;

  /// Whether anything may still be told to `end`, or to the owner of `listener`.
  [[nodiscard]] bool is_alive(end_id end) const;
  [[nodiscard]] bool is_alive(listener_id listener) const;

  [[nodiscard]] output strike(const fault& what, time_point now);

  /// Does what is due. @pre `now` is not earlier than in any previous call.
  [[nodiscard]] output advance(time_point now);
  /// When `advance` has something to do; none if never.
  [[nodiscard]] std::optional<time_point> next_due() const;

  [[nodiscard]] const fault_counters& counters() const { return counters_; }

private:
  enum class kind { syn, syn_ack, ack, bytes, window, fin, rst };
  static const char* name_of(kind x);
  enum class phase { dialling, half_open, open, gone };

  struct packet {
    kind what{};
    byte_buffer bytes{};
    std::size_t credit = 0;
    time_point due{};
    bool stalled = false; // Counted already.
  };

  struct endpoint {
    std::string host;
    std::string peer; // For people.
    phase state = phase::dialling;
    actors::byte_queue unsent;
    actors::byte_queue inbox;
    std::size_t ahead = 0;     // Sent, and not yet read by the peer.
    std::deque<packet> flight; // What this end has sent, in order.
    time_point last_due;
    bool reading = false;
    bool closed = false;
    bool fin_sent = false;
    error why; // Set when the peer has ended the connection.
  };

  struct wire {
    std::array<endpoint, 2> ends; // The dialler's, the listener's.
    actors::address where;
    duration deadline{};
    listener_id listener;
  };

  struct route_state { // From one host to another.
    bool cut = false;
    time_point stalled_until;
    time_point delayed_until;
    duration extra{};
    time_point free_at; // The link is busy with earlier segments until then.
  };

  struct machine {
    bool up = false;
    bool paused = false;
    output held;                                   // Events for its actors.
    std::vector<std::pair<end_id, packet>> outbox; // What its process sent meanwhile.
  };

  struct alarm { // Something is due at an end.
    enum class kind { arrival, deadline, linger } what;
    end_id end;
    auto operator<=>(const alarm&) const = default;
  };

  using pair = std::pair<std::string, std::string>;

  static std::uint64_t wire_of(end_id id) { return (id.value() - 1) / 2; }
  static std::size_t side_of(end_id id) { return (id.value() - 1) % 2; }
  static end_id other(end_id id) { return end_id{((id.value() - 1) ^ 1) + 1}; }
  endpoint* find(end_id id);
  [[nodiscard]] const endpoint* find(end_id id) const;

  void send(end_id from, packet x);
  void depart(end_id from, packet x);
  void arrive(end_id at, packet x);
  void on_syn(end_id at);
  void on_syn_ack(end_id at);
  void on_ack(end_id at);
  void pump(end_id from);
  void answer(end_id at);
  void end_connection(end_id at, error why);
  void fail_dial(end_id at, error why);
  void close_end(end_id id);
  void sweep(end_id id);
  void run_flight(end_id from);
  void retransmit(const pair& way);
  duration draw_latency();
  pair way_of(end_id from);
  [[nodiscard]] std::vector<end_id> ends_at(const std::string& host) const;
  void on_alarm(const alarm& x);
  void expire_dial(end_id at);
  void emit(const std::string& host, event x);
  void set_alarm(time_point when, alarm x);
  [[nodiscard]] bool passes(const pair& way) const;
  void trace(const pair& way, const char* what, byte_view bytes = {});
  output flush() { return std::exchange(out_, {}); }

  void apply(const cut& x);
  void apply(const heal& x);
  void apply(const heal_all& x);
  void apply(const stall& x);
  void apply(const delay& x);
  void apply(const reset& x);
  void apply(const crash& x);
  void apply(const pause& x);
  void apply(const resume& x);

  network_config config_;
  random_source random_;
  trace_hook trace_;
  time_point now_;
  std::map<std::string, machine> hosts_;
  std::map<pair, route_state> routes_;
  std::map<actors::address, listener_id> listeners_;
  std::map<std::uint64_t, wire> wires_;
  std::multimap<time_point, alarm> alarms_; // Equal times in order of setting.
  std::uint64_t wire_count_ = 0;
  listener_id last_listener_;
  fault_counters counters_;
  output out_;
};

} // namespace troupe::sim
