/// The properties of a shard group, checked over all its replicas after each event.
///
/// Reads as the specification: I1 to I11 as docs/architecture.md names them (I10 needs
/// the clients' histories, `replication_clients.hpp`; I12 is about slots of several
/// groups). It sees what replicas put out and what their state is, and keeps its own copy
/// of each log as a chain of hashes, so that comparing whole prefixes costs one
/// comparison.
#pragma once

#include "storage/replica/replica.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace troupe::lab {

/// A property was broken; the text begins with its name.
class property_violated : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

class replication_checker {
public:
  /// An incarnation of a replica has begun with this log on disk, behind `base`.
  void started(
    replica_id who, storage::position base, const std::vector<storage::record_ptr>& log,
    const storage::hard_state& hard);

  /// An incarnation has ended; what its disk had promised to keep must be there in the
  /// next, if that one begins at all.
  void stopped(replica_id who, lsn log_durable) { followers_[who].durable = log_durable; }

  /// A replica has handled an event: `out` is what it wants done.
  void handled(const storage::replica& core, const storage::replica_output& out);

  /// A message leaves; `durable` is what the replica's disk holds at this moment.
  void sent(
    const storage::message& m, const storage::hard_state& durable, lsn log_durable,
    bool quarantined);

  /// The store of `who` shows everything up to `at`, and its digest is this.
  void applied(replica_id who, storage::position at, std::uint64_t digest);

  /// A client was told that its write is done, in mode quorum.
  void acknowledged(storage::position at) const;

  /// At one true moment, as many replicas believe to hold a lease.
  static void leases(std::size_t holders);

  /// Records promised so far.
  [[nodiscard]] std::size_t promised_count() const { return promised_.size(); }
  [[nodiscard]] std::size_t election_count() const { return masters_.size(); }
  [[nodiscard]] std::size_t truncation_count() const { return truncation_count_; }

private:
  struct link {
    storage::position at;
    std::uint64_t chain = 0; ///< Hash of the record and of all before it.
  };
  struct promise {
    link what;
    epoch in; ///< The mastership that made it.
  };
  struct follower {
    std::vector<link> log; ///< From LSN 1 on.
    storage::hard_state hard;
    lsn commit;  ///< Of this incarnation.
    lsn durable; ///< At the end of the last incarnation.
    epoch ruled;
  };

  void append(follower& f, const storage::record_ptr& x);
  void check_new_master(replica_id who, follower& f, epoch at);
  void check_commit(const follower& f, const storage::replica_state& s);
  void promise_up_to(const follower& f, lsn commit, epoch in);

  std::map<replica_id, follower> followers_;
  std::map<epoch, replica_id> masters_;
  std::map<storage::position, std::uint64_t> records_; ///< Chains, by position.
  std::vector<promise> promised_;                      ///< From LSN 1 on.
  std::map<lsn, std::uint64_t> digests_;
  std::size_t truncation_count_ = 0;
};

} // namespace troupe::lab
