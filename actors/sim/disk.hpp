/// A disk in memory that forgets what was not synced, as real ones do.
///
/// For tests of everything durable. It survives the "process" that uses it; `power_loss`
/// makes it what a machine finds after the plug was pulled: each 512-byte sector written
/// since its file's last sync is kept, lost or torn, each on its own; a length that was
/// not synced may be the old one; of the names changed since a directory's last sync a
/// random prefix is kept (file systems journal names in order).
///
/// Faults to order: `fail_after(n)` makes the n-th next change and all later ones fail,
/// as a process that dies in the middle of a sequence does; `flip_bit` is bit rot.
#pragma once

#include "actors/base/disk.hpp"
#include "actors/base/random.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::sim {

inline constexpr std::size_t sector_bytes = 512;

class memory_disk final : public troupe::disk {
public:
  memory_disk();
  ~memory_disk() override;

  [[nodiscard]] expected<std::unique_ptr<disk_file>>
  open(const std::string& path) override;
  [[nodiscard]] expected<std::unique_ptr<disk_file>>
  create(const std::string& path) override;
  [[nodiscard]] error rename(const std::string& from, const std::string& to) override;
  [[nodiscard]] error remove(const std::string& path) override;
  [[nodiscard]] error make_directory(const std::string& path) override;
  [[nodiscard]] expected<std::vector<std::string>> list(const std::string& path) override;
  [[nodiscard]] error sync_directory(const std::string& path) override;

  /// Forgets what was not synced, as the head of this file says. Files opened before must
  /// not be used any more.
  void power_loss(random_source& random);

  /// Lets `changes` more changes (writes, syncs, truncations, name changes) succeed; then
  /// every change fails with `ec::system` until `recover`. Reads go on.
  void fail_after(std::uint64_t changes) { changes_left_ = changes; }

  /// Ends `fail_after`.
  void recover() {
    changes_left_.reset();
    has_failed_ = false;
  }

  /// Whether a change has failed since `fail_after`.
  [[nodiscard]] bool has_failed() const { return has_failed_; }

  /// Flips one bit of a file, durably.
  /// @pre the file exists and is longer than `offset`.
  void flip_bit(const std::string& path, std::uint64_t offset, unsigned bit);

  /// Removes everything, as a new disk in the same machine.
  void wipe();

  /// Syncs of files so far: what a test counts to see that work is grouped.
  [[nodiscard]] std::uint64_t sync_count() const { return sync_count_; }

  /// Counts one change. An error when `fail_after` has struck.
  [[nodiscard]] error count_change();
  void count_sync() { ++sync_count_; }

  struct node;

private:
  [[nodiscard]] std::shared_ptr<node> find(const std::string& path) const;

  std::shared_ptr<node> root_;
  std::optional<std::uint64_t> changes_left_;
  bool has_failed_ = false;
  std::uint64_t sync_count_ = 0;
};

} // namespace troupe::sim
