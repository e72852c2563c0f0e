/// The file HARD: epoch and vote in two blocks written in turn, so that one is whole
/// whatever a crash does to the other.
#pragma once

#include "actors/base/disk.hpp"
#include "storage/storage_wire.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace troupe::storage {

/// Each slot has a block of its own, so that a torn write of one never touches the other.
inline constexpr std::size_t hard_slot_bytes = 4096;

class hard_file {
public:
  /// Writes both slots, durably but for the file's name.
  [[nodiscard]] static error
  create(disk& files, const std::string& path, const hard_state& first, lsn synced_hint);

  /// What it reads is durable on return. Fails with `ec::corrupt` when neither slot is
  /// whole.
  [[nodiscard]] static expected<hard_file> open(disk& files, const std::string& path);

  [[nodiscard]] const hard_state& state() const { return newest_.state; }
  [[nodiscard]] lsn synced_hint() const { return newest_.synced_hint; }

  /// Durable on return.
  [[nodiscard]] error save(const hard_state& state, lsn synced_hint);

private:
  hard_file(std::unique_ptr<disk_file> file, hard_slot newest)
      : file_{std::move(file)}, newest_{newest} {}

  std::unique_ptr<disk_file> file_;
  hard_slot newest_;
};

} // namespace troupe::storage
