/// A store in RocksDB: the applied state of a replica on the disk.
///
/// A batch of records is one write batch, the position with it, and RocksDB's own log is
/// off: after a crash the store is the state behind some batch, and the shard's log has
/// the rest (docs/formats/store.md; docs/decisions/0002-log-as-durability.md). There is
/// one column family, so that one flush is one moment.
///
/// Every failed change stays: all later ones fail with the same error, as do `flush`es,
/// and the caller ends the process. A read that fails throws `unreadable_row`.
#pragma once

#include "actors/base/error.hpp"
#include "storage/rocksdb_failure.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <rocksdb/db.h>

namespace troupe::storage {

class rocksdb_store final : public store {
public:
  /// Opens `directory`/`name`; `options` say whether it may have to be made.
  [[nodiscard]] static expected<std::shared_ptr<rocksdb_store>>
  open(rocksdb::Options options, const std::string& directory, const std::string& name);

  [[nodiscard]] std::optional<row> get(slot in, std::string_view key) const override;
  void scan(slot in, std::string_view from, const row_visitor& visit) const override;
  [[nodiscard]] std::unique_ptr<row_view> snapshot() const override;

  [[nodiscard]] expected<applied_state> load() override;
  [[nodiscard]] error apply(const apply_batch& batch) override;
  [[nodiscard]] expected<position> flush() override;

  /// A hash of all rows, its own included: equal on all replicas that have applied as
  /// far. Reads everything.
  [[nodiscard]] std::uint64_t digest() const;

private:
  class moment; // A snapshot.

  rocksdb_store(
    std::unique_ptr<rocksdb::DB> rows, std::shared_ptr<rocksdb_failure> failure)
      : failure_{std::move(failure)}, rows_{std::move(rows)} {}

  [[nodiscard]] std::optional<row>
  get(const rocksdb::ReadOptions& when, slot in, std::string_view key) const;
  void scan(
    rocksdb::ReadOptions when, slot in, std::string_view from,
    const row_visitor& visit) const;

  [[nodiscard]] error load_first_rows();
  [[nodiscard]] error load_dedup(dedup_table& out) const;
  /// The value of one of its own rows; empty when there is none yet.
  [[nodiscard]] expected<std::string> read_own(const std::string& key) const;
  [[nodiscard]] position applied() const;

  std::shared_ptr<rocksdb_failure> failure_;
  std::unique_ptr<rocksdb::DB> rows_;

  // What the next batch builds on. The position is read by whoever flushes, too.
  mutable std::mutex mutex_;
  position applied_;
  shard_config config_;
  std::vector<slot_range> slots_;
};

} // namespace troupe::storage
