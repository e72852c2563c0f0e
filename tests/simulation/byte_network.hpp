/// Connections between simulated processes: ordered bytes until they break.
///
/// Each end of a connection has an id of its own. Each direction has a delay of its own,
/// and cuts what is written into pieces. A path from one process to another may stand
/// still: its bytes wait, as they do while packets are lost and sent again.
#pragma once

#include "actors/base/bytes.hpp"
#include "actors/base/random.hpp"
#include "actors/transport.hpp"
#include "apps/lab/event_queue.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace troupe::test {

class byte_network {
public:
  using end_id = actors::connection_id;

  /// What happens to the processes.
  struct events {
    std::function<void(end_id, const byte_buffer&)> received;
    std::function<void(end_id)> broke; ///< The last event of an end.
  };

  byte_network(lab::event_queue& queue, random_source random, events told)
      : queue_{&queue}, random_{random}, told_{std::move(told)} {}

  /// Connects two processes; the first end is that of `dialler`.
  std::pair<end_id, end_id> connect(std::size_t dialler, std::size_t acceptor);

  /// Ignored when the end is gone.
  void write(end_id from, const byte_buffer& bytes);

  /// Ends it behind what was written. No event follows at this end.
  void close(end_id x);

  /// Breaks it; bytes under way are lost.
  void reset(end_id x);

  /// What comes to this end waits for `length`; the other direction does not.
  void hold(end_id x, duration length);

  /// The process is gone, without a word when `silent`.
  void vanish(std::size_t process, bool silent);

  /// Nested: each `stall` needs its `resume`.
  void stall(std::size_t from, std::size_t to) { ++stalls_[{from, to}]; }
  void resume(std::size_t from, std::size_t to);
  [[nodiscard]] bool flows(std::size_t from, std::size_t to) const;

  /// The ends that are open, by process.
  [[nodiscard]] std::vector<end_id> ends_of(std::size_t process) const;
  [[nodiscard]] end_id other(end_id x) const { return ends_.at(x).other; }
  [[nodiscard]] bool open(end_id x) const { return ends_.at(x).open; }

  duration draw_delay();

private:
  struct piece {
    time_point ready;
    byte_buffer bytes;
    bool is_end = false;
  };

  struct end {
    std::size_t owner = 0;
    end_id other;
    duration delay{}; // Of what comes to this end.
    time_point held_until;
    bool open = true;
    bool reset = false; // It breaks soon; nothing comes any more.
    std::deque<piece> inbox;
  };

  void put(end_id to, byte_buffer bytes, bool is_end);
  void pump(end_id x);
  void break_later(end_id x);

  lab::event_queue* queue_;
  random_source random_;
  events told_;
  std::map<end_id, end> ends_;
  std::map<std::pair<std::size_t, std::size_t>, int> stalls_;
  std::uint64_t last_id_ = 0;
};

} // namespace troupe::test
