/// Clients that wait until enough slaves hold a record (WAIT).
#pragma once

#include "storage/replica/output.hpp"
#include "storage/replica/replica_state.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace troupe::storage {

class replication_waits {
public:
  struct wait {
    position at; ///< {0, 0} is held by every slave.
    std::uint32_t replica_count = 0;
    time_point deadline;
  };
  struct ended {
    ticket who;
    bool at_master = true;         ///< False: this replica is not master.
    std::uint32_t replica_count{}; ///< So many hold it.
  };

  void add(ticket who, const wait& x) { waits_.emplace(who, x); }

  /// Takes out those that have an answer now. O(waits * replicas).
  [[nodiscard]] std::vector<ended> take_ended(const replica_state& s, time_point now);

  [[nodiscard]] time_point next_deadline() const;

private:
  std::map<ticket, wait> waits_;
};

} // namespace troupe::storage
