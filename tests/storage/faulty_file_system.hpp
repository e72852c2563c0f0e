/// RocksDB's view of the disk, with faults to order: what `actors/sim/disk.hpp` is to the
/// log.
///
/// Files are real ones, but for their syncs, which are only noted. `fail_after(n)` lets n
/// more changes succeed and then fails every one, as for a process that dies in the
/// middle of something, or a disk that does; `lose_unsynced` then cuts each file to what
/// was synced of it, as a power cut may. Names are not taken back.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <rocksdb/file_system.h>

namespace troupe::test {

class faulty_file_system final : public rocksdb::FileSystemWrapper {
public:
  faulty_file_system();

  /// After `changes` more (appends, syncs, names), all fail with `how` until `mend`.
  void fail_after(std::uint64_t changes, rocksdb::IOStatus how);
  void mend();

  /// Whether a change has failed since the last `fail_after`.
  [[nodiscard]] bool has_failed() const;

  /// Cuts files to their synced lengths.
  /// @pre none is open.
  void lose_unsynced();

  const char* Name() const override { return "faulty"; }

  rocksdb::IOStatus NewWritableFile(
    const std::string& path, const rocksdb::FileOptions& options,
    std::unique_ptr<rocksdb::FSWritableFile>* result,
    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(
    const std::string& path, const rocksdb::IOOptions& options,
    std::unique_ptr<rocksdb::FSDirectory>* result,
    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(
    const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(
    const std::string& path, const rocksdb::IOOptions& options,
    rocksdb::IODebugContext* debug) override;

  // For its files: called before each change, and after those that succeeded.
  [[nodiscard]] rocksdb::IOStatus begin_change();
  void appended(const std::string& path, std::uint64_t bytes);
  void synced(const std::string& path);

private:
  struct length {
    std::uint64_t written = 0;
    std::uint64_t synced = 0;
  };

  mutable std::mutex mutex_; // RocksDB's own threads write, too.
  std::optional<std::uint64_t> changes_left_;
  rocksdb::IOStatus how_;
  bool has_failed_ = false;
  std::map<std::string, length> files_;
};

} // namespace troupe::test
