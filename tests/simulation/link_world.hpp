/// Processes of a greeter and one link core per peer, over simulated connections.
///
/// What a process says goes as encoded frames through cut, delayed and broken streams of
/// bytes; its actors send notes and requests, answer some time later, take their time to
/// consume, watch and end. Everything that a link promises is checked as it happens; the
/// first broken promise is kept.
#pragma once

#include "actors/base/random.hpp"
#include "apps/lab/event_queue.hpp"
#include "cluster/framing.hpp"
#include "cluster/greeter.hpp"
#include "cluster/link.hpp"
#include "tests/simulation/byte_network.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::test {

class link_world {
public:
  struct options {
    std::uint64_t seed = 1;
    std::size_t process_count = 2;
    bool last_is_client = false; ///< Has no address: nobody can dial it.
  };

  /// How often things happened, so that a run that tests nothing is seen.
  using counters = std::map<std::string, std::uint64_t>;

  explicit link_world(const options& chosen);
  link_world(const link_world&) = delete;
  link_world& operator=(const link_world&) = delete;

  /// Traffic under faults for `length`.
  void disturb(duration length);
  /// Ends all faults, starts all processes, and pins every link.
  void heal();
  void run_for(duration length) { queue_.run_until(queue_.now() + length); }

  /// A note and a request, in both lanes, from each to each. Returns the letters.
  std::vector<std::size_t> greet_all();
  /// Whether all of them arrived, and the requests were answered.
  [[nodiscard]] bool delivered(const std::vector<std::size_t>& letters) const;

  /// Each pair has one session, both ends agree on it, and there is no other connection.
  /// Describes what is wrong; empty: nothing.
  [[nodiscard]] std::string disagreement() const;
  /// The ends that are open everywhere.
  [[nodiscard]] std::vector<cluster::connection_id> open_ends() const;
  /// Nothing keeps the links open any more.
  void unpin_all();
  /// As far as process `i` is concerned.
  void unpin(std::size_t i);
  /// No request or watch has been without an outcome for longer than it may. As above.
  [[nodiscard]] std::string unfinished() const;
  [[nodiscard]] bool all_unused() const;

  /// The first promise that was broken, with its time; empty: none.
  [[nodiscard]] const std::string& violation() const { return violation_; }
  [[nodiscard]] const counters& counts() const { return counts_; }
  /// Hash of everything that happened.
  [[nodiscard]] std::uint64_t trace() const { return trace_; }

  static cluster::link_config config();
  /// By when two healthy processes have a session after all faults: a stuck frame is
  /// found, a dial under way fails, the pause passes, and the next dial succeeds; twice,
  /// as the two ends may do so one after the other.
  static duration agreement_bound();

private:
  /// A message of the workload.
  struct letter {
    std::size_t from = 0;
    std::size_t to = 0;
    troupe::incarnation from_incarnation;
    troupe::incarnation to_incarnation; // Nil: none was known.
    actors::lane lane{};
    cluster::payload_kind kind{};
    time_point sent;
    bool arrived = false;
    bool undelivered = false;
    int answers = 0;
    int failures = 0;
  };

  /// An actor that is watched from elsewhere.
  struct mortal {
    std::size_t home = 0;
    troupe::incarnation incarnation; // Of its home.
    time_point dies;
    std::set<std::size_t> watchers;
  };

  /// What was told of one peer, and what its link should therefore be.
  struct peer_model {
    bool exists = false; // Between `up` and `down`.
    bool up = false;
    troupe::incarnation incarnation;
    std::uint64_t generation = 0; // Times that it was down.
    std::map<std::pair<cluster::session_id, actors::lane>, std::uint64_t> unconsumed;
    std::map<std::pair<cluster::session_id, actors::lane>, std::size_t> last_letter;
    std::map<std::uint64_t, std::size_t> calls; // Under way, by number.
    std::map<std::string, time_point> watches;  // Since when.
  };

  struct open_connection {
    std::optional<std::size_t> peer; // None: with the greeter.
    cluster::frame_reader reader;
    bool broken = false;
  };

  struct process {
    node_id id;
    troupe::incarnation incarnation;
    std::string address;
    bool running = false;
    bool left = false;
    std::uint64_t next_call = 0;
    std::unique_ptr<cluster::greeter> greeter;
    std::map<std::size_t, cluster::link> links;
    std::map<std::size_t, peer_model> peers;
    std::map<cluster::connection_id, open_connection> connections;
    std::set<std::size_t> pinned;
  };

  // link_world.cpp: processes and connections.
  void start(std::size_t i);
  void stop(std::size_t i, bool silent);
  void leave(std::size_t i);
  void tick(std::size_t i, troupe::incarnation incarnation);
  void forget_unused(std::size_t i);
  cluster::link& link_to(std::size_t i, std::size_t peer);
  void received(cluster::connection_id at, const byte_buffer& bytes);
  void broke(cluster::connection_id at);
  bool take_frame(std::size_t i, cluster::connection_id at);
  void frame_error(std::size_t i, cluster::connection_id at, const error& why);
  void write(std::size_t i, cluster::connection_id at, const cluster::link_frame& frame);
  void close(std::size_t i, cluster::connection_id at);
  void perform(std::size_t i, cluster::greeter::output out);
  void perform(std::size_t i, std::size_t peer, cluster::link::output out);
  void dial(std::size_t i, const cluster::greeting_dial& what, const std::string& where);
  void dial_over(
    std::size_t i, troupe::incarnation incarnation, const cluster::greeting_dial& what,
    std::optional<std::size_t> target, troupe::incarnation target_incarnation);
  void dial_failed(std::size_t i, const cluster::greeting_dial& what, const error& why);
  [[nodiscard]] std::optional<std::size_t> process_at(const std::string& where) const;
  [[nodiscard]] std::size_t index_of(const node_id& id) const;
  template <class F>
  void later(std::size_t i, duration delay, F what);

  // link_workload.cpp: actors and faults.
  void plan_traffic(time_point end);
  void plan_faults(time_point end);
  void traffic(std::size_t i);
  void fault();
  void cut(std::size_t a, std::size_t b, bool both_ways, duration length);
  void disturb_one(cluster::connection_id end, duration length);
  void restart(std::size_t i);
  void accuse(std::size_t on, std::size_t peer);
  void seed_dials(std::size_t a, std::size_t b);
  void toggle_pin(std::size_t i, std::size_t peer);
  std::size_t
  send(std::size_t i, std::size_t peer, cluster::payload_kind kind, actors::lane lane);
  void post(std::size_t i, std::size_t peer, std::size_t number, cluster::payload what);
  void watch(std::size_t i, std::size_t peer);
  void answer(std::size_t i, std::size_t peer, const cluster::payload& request);

  // link_promises.cpp: what a link tells, checked.
  void on_arrival(std::size_t i, std::size_t peer, const cluster::link::arrival& x);
  void on_watch(std::size_t i, std::size_t peer, const cluster::link_target& target);
  void on_failure(std::size_t i, std::size_t peer, const cluster::link::failed_call& x);
  void on_ended(std::size_t i, std::size_t peer, const cluster::ended& x);
  void on_undelivered(const cluster::payload& x);
  void on_news(std::size_t i, std::size_t peer, const cluster::link::news& x);
  void check_link(std::size_t i, std::size_t peer);
  void end_call(std::size_t i, std::size_t peer, std::uint64_t call, bool answered);
  void expect(bool condition, const std::string& promise);
  void fold(std::uint64_t x);
  void count(const std::string& what) { ++counts_[what]; }

  options options_;
  random_source random_;
  lab::event_queue queue_;
  byte_network network_;
  std::vector<process> processes_;
  std::map<cluster::connection_id, std::size_t> owners_;
  std::vector<letter> letters_;
  std::map<std::string, mortal> mortals_;
  bool disturbed_ = false;
  bool damaged_ = false; // Some bit was flipped.
  std::string violation_;
  counters counts_;
  std::uint64_t trace_ = 0xcbf29ce484222325U;
};

template <class F>
void link_world::later(std::size_t i, duration delay, F what) {
  queue_.after(
    delay, [this, i, incarnation = processes_[i].incarnation, what = std::move(what)] {
      if (processes_[i].running && processes_[i].incarnation == incarnation)
        what();
    });
}

} // namespace troupe::test
