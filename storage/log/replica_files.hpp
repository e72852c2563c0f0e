/// The directory of a replica: how it is made, and told from one that was lost.
///
/// A replica that lost its disk must never look like one that is about to be created: it
/// would vote again, in epochs in which it has voted. So the node's file REPLICAS says
/// `creating` before anything is made and `created` before the replica may vote; a
/// directory that is missing after `created` is damage, never a beginning. REPLICAS lies
/// beside the directory of the shards, with the node's identity: whoever wipes the shards
/// alone leaves it.
///
/// In the directory of the shards: for each replica `shard-<shard>-<replica>/` with
/// `IDENT`, `HARD`, `log/`, `lost+found/`. docs/formats/shard-log.md has the bytes.
#pragma once

#include "actors/base/disk.hpp"
#include "storage/log/hard_file.hpp"
#include "storage/log/shard_log.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::storage {

/// What the first members of a shard begin with; the same bytes on each of them.
struct founding {
  shard_config config;           ///< Record 1 of epoch 1.
  std::vector<slot_range> slots; ///< Record 2, where there are any.

  friend bool operator==(const founding&, const founding&) = default;
};

/// Moves a list that an earlier version kept with the shards to where it belongs. Call it
/// first.
[[nodiscard]] error move_list_out(disk& files, const std::string& shards_directory);

/// Makes a replica, durably, or finishes one that a crash left half made. Doing it again
/// changes nothing.
/// Fails with `ec::invalid_argument` when the founding does not name this replica on
/// `node`, and with `ec::corrupt` when it was created once and its files are gone.
[[nodiscard]] error create_replica(
  disk& files, const std::string& shards_directory, const node_id& node,
  const identity& who, const founding& with, const shard_log_config& config);

/// The directory of a replica, which `create_replica` makes.
[[nodiscard]] std::string
replica_directory(const std::string& shards_directory, const identity& who);

/// The replicas that the node has, or had begun to create.
[[nodiscard]] expected<std::vector<replica_entry>>
list_replicas(disk& files, const std::string& shards_directory);

/// The durable side of one replica: what its shell performs a core's output on.
///
/// Not thread-safe, like the log in it. Errors of its changes are fatal.
class replica_files {
public:
  /// Opens what `create_replica` made. Fails with `ec::not_found` when REPLICAS does not
  /// say `created`; with `ec::corrupt` when it does but files are missing, damaged or of
  /// another replica: the replica must be QUARANTINED.
  [[nodiscard]] static expected<std::unique_ptr<replica_files>> open(
    disk& files, const std::string& shards_directory, const identity& who,
    const shard_log_config& config);

  [[nodiscard]] const hard_state& hard() const { return hard_.state(); }
  [[nodiscard]] const shard_log& log() const { return *log_; }

  /// Makes epoch and vote durable, and how far the log is.
  [[nodiscard]] error save(const hard_state& state);

  /// Makes HARD say how far the log is durable. An idle log does this after a beat, so
  /// that later damage at its end is seen as damage.
  [[nodiscard]] error note_durable() { return save(hard_.state()); }

  /// Whether `note_durable` would say anything new.
  [[nodiscard]] bool hint_is_old() const { return hard_.synced_hint() < log_->durable(); }

  [[nodiscard]] error append(std::span<const record_ptr> records) {
    return log_->append(records);
  }
  [[nodiscard]] error sync() { return log_->sync(); }
  [[nodiscard]] error release(lsn last) { return log_->release(last); }

  /// Cuts the records behind `last` off, after each was saved in `lost+found`; durable
  /// on return.
  [[nodiscard]] error truncate_after(lsn last);

  /// The records that truncations have cut off and an operator has not yet settled.
  [[nodiscard]] expected<std::vector<record_ptr>> lost() const;

private:
  replica_files(
    disk& files, std::string directory, hard_file hard, std::unique_ptr<shard_log> log)
      : files_{&files},
        directory_{std::move(directory)}, hard_{std::move(hard)}, log_{std::move(log)} {}

  [[nodiscard]] error save_lost(lsn first);

  disk* files_;
  std::string directory_;
  hard_file hard_;
  std::unique_ptr<shard_log> log_;
};

} // namespace troupe::storage
