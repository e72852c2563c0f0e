/// A cluster of registry cores over a simulated message network, in virtual time.
///
/// Nodes are numbered from 0. Every message goes through the wire format; the network
/// loses, delays, doubles and reorders, and is cut into groups. Nodes crash and restart
/// with the next incarnation. Membership is an oracle that tells the truth, late. Nodes 0
/// and 1 hold replicas of the catalog and tell it, each as far as it has got. Each node
/// has a prompt and a slow local subscriber, whose views are checked at every push; the
/// invariants of a core are checked after each of its events.
#pragma once

#include "actors/base/random.hpp"
#include "apps/lab/event_queue.hpp"
#include "registry/registry_core.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::test {

class registry_world {
public:
  struct options {
    std::size_t node_count = 4;
    std::uint64_t seed = 1;
    registry::registry_config config;
    double loss_ratio = 0;
    double duplicate_ratio = 0;
    duration delay_max = std::chrono::milliseconds{50};
    /// Time from a change of reachability until membership tells of it, at most.
    duration news_delay_max = std::chrono::seconds{2};
  };

  /// What happened, to see that a run tested something.
  struct counters {
    std::uint64_t messages = 0;
    std::uint64_t lost = 0;
    std::uint64_t full_deltas = 0; ///< Of another's entries, where some were had before.
    std::uint64_t gaps = 0;        ///< Questions about single owners.
    std::uint64_t coalesced = 0;   ///< Snapshots after the first.
    std::uint64_t unconfirmed = 0; ///< Pushed entries so flagged.
    std::uint64_t reports = 0;
  };

  explicit registry_world(const options& chosen);

  // Faults and operations.
  void start(std::size_t i);
  void crash(std::size_t i);
  /// Deregisters everything, stops, and is known to have left.
  void leave(std::size_t i);
  /// Cuts the nodes into those whose bit is set and the others.
  void cut(std::uint64_t group) { group_ = group; }
  void heal() { group_ = 0; }
  void lose(double ratio) { options_.loss_ratio = ratio; }
  void put(std::size_t i, const registry::entry_key& key, const std::string& value);
  void erase(std::size_t i, const registry::entry_key& key);
  /// Commits a change in shard 0; no value: a delete.
  void commit(const std::string& rule, std::optional<std::string> value, bool new_epoch);
  /// Replica `i` tells its registry what it has by now, from where the registry is, or
  /// from the beginning.
  void tell(std::size_t i, bool from_start);

  void run_for(duration length) { events_.run_until(events_.now() + length); }

  // What is true.
  [[nodiscard]] bool up(std::size_t i) const { return nodes_[i].core != nullptr; }
  [[nodiscard]] const registry::registry_core& core(std::size_t i) const {
    return *nodes_[i].core;
  }
  [[nodiscard]] node_id id(std::size_t i) const { return nodes_[i].id; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] random_source& random() { return random_; }
  /// Every running node serves exactly what the running nodes and the catalog have.
  [[nodiscard]] bool all_serve_the_truth() const;
  /// No running node waits for another's word that it has the latest.
  [[nodiscard]] bool nobody_is_behind() const;
  [[nodiscard]] const counters& counted() const { return counters_; }
  /// Hash of all that happened: time, node, and contents of each message and push.
  [[nodiscard]] std::uint64_t trace() const { return trace_; }

private:
  using place = registry::view::place;
  using rebuilt = std::map<place, registry::view_entry>;

  struct subscriber {
    registry::pattern wanted;
    duration ack_delay_max{};
    std::uint64_t number = 0; ///< Of the last push.
    rebuilt known;
  };
  struct node {
    node_id id;
    troupe::incarnation incarnation;
    duration clock_offset{};
    std::unique_ptr<registry::registry_core> core;
    bool left = false;
    std::uint64_t timer = 0; ///< Number of the one that counts.
    std::map<registry::entry_key, byte_buffer> own;
    std::map<std::size_t, std::pair<troupe::incarnation, bool>>
      told; ///< Incarnation, and that it is up.
    std::vector<subscriber> subscribers;
  };
  using served = std::map<place, byte_buffer>;

  [[nodiscard]] time_point local(std::size_t i) const;
  [[nodiscard]] bool reachable(std::size_t a, std::size_t b) const;
  [[nodiscard]] std::size_t index_of(const node_id& id) const;
  void perform(std::size_t i, registry::registry_core::output out);
  void send(std::size_t i, const registry::registry_core::send& x);
  void arrive(
    std::size_t from, std::size_t to, troupe::incarnation incarnation,
    const byte_buffer& x);
  void count(const registry::registry_core& at, const registry::sync_message& x);
  void take(std::size_t i, const registry::push& x);
  void probe(std::size_t i, const registry::owner_watch::probe& x);
  void set_timer(std::size_t i, time_point local_wake);
  void tell_news(std::size_t i, troupe::incarnation incarnation);
  void subscribe(std::size_t i, const registry::pattern& wanted, duration ack_delay_max);
  [[nodiscard]] rebuilt selected(std::size_t i, const registry::pattern& wanted) const;
  [[nodiscard]] served truth() const;
  void fold(std::uint64_t x);
  void fold(byte_view x);

  options options_;
  random_source random_;
  lab::event_queue events_;
  std::vector<node> nodes_;
  std::map<node_id, std::size_t> index_;
  std::uint64_t group_ = 0;
  std::vector<registry::entry> log_; ///< Shard 0's committed changes.
  counters counters_;
  std::uint64_t trace_ = 0xcbf29ce484222325U;
};

} // namespace troupe::test
