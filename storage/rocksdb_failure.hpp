/// The first thing that went wrong with a store: the last one that it says.
///
/// RocksDB tries some failed writes again, and goes on when they succeed. After a failed
/// sync that would be a lie, because the kernel may have dropped the pages: here the
/// first failure stays, from whichever thread it came, and nothing is tried again. Damage
/// is noted on the disk, too, so that the next start does not find the store whole.
///
/// Thread-safe.
#pragma once

#include "actors/base/error.hpp"

#include <mutex>
#include <string>

#include <rocksdb/listener.h>
#include <rocksdb/status.h>

namespace troupe::storage {

class rocksdb_failure final : public rocksdb::EventListener {
public:
  /// `directory` is the replica's, where the note of damage goes.
  explicit rocksdb_failure(std::string directory) : directory_{std::move(directory)} {}

  /// Takes in the outcome of something done to the store; `doing` begins the sentence.
  /// Returns the first failure of all, this one included.
  error note(const rocksdb::Status& status, const std::string& doing);

  /// Takes in that a row does not follow its format.
  error note(error trouble);

  [[nodiscard]] error first() const;

  // RocksDB's own threads tell of their failures here.
  void OnBackgroundError(
    rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override;
  void OnErrorRecoveryBegin(
    rocksdb::BackgroundErrorReason reason, rocksdb::Status status,
    bool* recovers) override;

private:
  std::string directory_;
  mutable std::mutex mutex_;
  error first_;
};

} // namespace troupe::storage
