/// The network between the replicas of a shard group, in virtual time: each message is
/// delayed, and what disturbs it may lose, double or hold it back.
#pragma once

#include "actors/base/random.hpp"
#include "apps/lab/event_queue.hpp"
#include "storage/replica/protocol.hpp"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troupe::lab {

/// Directed pairs of replicas.
class link_set {
public:
  void add(replica_id from, replica_id to) { links_.set(index(from, to)); }
  [[nodiscard]] bool has(replica_id from, replica_id to) const {
    return links_.test(index(from, to));
  }
  [[nodiscard]] static link_set all() {
    auto result = link_set{};
    result.links_.set();
    return result;
  }
  [[nodiscard]] bool empty() const { return links_.none(); }

private:
  static constexpr std::size_t replica_max = 16;
  [[nodiscard]] static std::size_t index(replica_id from, replica_id to) {
    return from.value() * replica_max + to.value();
  }

  std::bitset<replica_max * replica_max> links_;
};

/// Something that is wrong with some links, for a while.
struct disturbance {
  enum class effect : std::uint8_t {
    cut,       ///< Loses all, also what is under way.
    drop,      ///< Loses some.
    duplicate, ///< Delivers some twice.
    hold,      ///< Delivers some late: others overtake them.
  };

  std::string kind{}; ///< Of the fault, to count it.
  effect what{};
  link_set links{};
  double ratio = 1;            ///< Of the messages.
  duration delay_max{};        ///< Of `hold`.
  bool elections_only = false; ///< Votes and what leads to them.
};

/// A message as it arrives, and the digest of its bytes.
struct arrival {
  storage::message message;
  std::uint32_t digest = 0;
};

class replication_network {
public:
  struct environment {
    event_queue* events = nullptr;
    random_source* random = nullptr;
    std::function<void(const std::shared_ptr<const arrival>&)> deliver;
    std::function<void(const std::string& kind)> struck;
    std::function<void(const std::string&)> count;
  };

  explicit replication_network(environment in) : in_{std::move(in)} {}

  void send(const storage::message& m);

  /// Until `end` of the number that it returns.
  std::uint64_t begin(disturbance what);
  void end(std::uint64_t number) { disturbances_.erase(number); }
  void end_cuts();
  void heal() { disturbances_.clear(); }

  /// What a message of a client takes: it suffers from what holds back all links.
  [[nodiscard]] duration client_delay();

private:
  [[nodiscard]] bool is_cut(replica_id from, replica_id to) const;
  [[nodiscard]] duration usual_delay();
  void deliver(const std::shared_ptr<const arrival>& m, duration delay);

  environment in_;
  std::map<std::uint64_t, disturbance> disturbances_;
  std::uint64_t next_number_ = 1;
};

} // namespace troupe::lab
