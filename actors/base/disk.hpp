/// Files and directories as the durable parts of troupe use them.
///
/// Two forms stand behind it: POSIX in production (`storage/posix_disk.cpp`) and the
/// simulated disk of tests (`actors/sim/disk.hpp`), which loses what was not synced.
/// Nothing is durable until its `sync` returned: a file's bytes and length by
/// `disk_file::sync`, a name (created, renamed, removed) by `disk::sync_directory`.
///
/// A failed write or sync leaves the contents unknown: the caller must end the process,
/// never retry (docs/formats/shard-log.md; the kernel may have dropped the pages).
#pragma once

#include "actors/base/bytes.hpp"
#include "actors/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe {

/// An open file. Closing it (the destructor) syncs nothing.
class disk_file {
public:
  disk_file() = default;
  disk_file(const disk_file&) = delete;
  disk_file& operator=(const disk_file&) = delete;
  virtual ~disk_file() = default;

  /// Writes all of `bytes` at `offset`; a gap behind the old end reads as zeros.
  [[nodiscard]] virtual error write(std::uint64_t offset, byte_view bytes) = 0;

  /// Fills `out` from `offset` on. Returns how much there was: less than asked for only
  /// at the end of the file.
  [[nodiscard]] virtual expected<std::size_t>
  read(std::uint64_t offset, std::span<std::byte> out) const = 0;

  [[nodiscard]] virtual expected<std::uint64_t> size() const = 0;

  /// Cuts the file to `size` bytes, or extends it with zeros.
  [[nodiscard]] virtual error truncate(std::uint64_t size) = 0;

  /// Returns when the bytes and the length are durable (`fdatasync`).
  [[nodiscard]] virtual error sync() = 0;
};

/// One file system. Paths are relative to its root, parts joined by '/'.
class disk {
public:
  disk() = default;
  disk(const disk&) = delete;
  disk& operator=(const disk&) = delete;
  virtual ~disk() = default;

  /// Opens an existing file. Fails with `ec::not_found` when there is none.
  [[nodiscard]] virtual expected<std::unique_ptr<disk_file>> open(const std::string& path)
    = 0;

  /// Opens `path` as an empty file, new or emptied.
  [[nodiscard]] virtual expected<std::unique_ptr<disk_file>>
  create(const std::string& path) = 0;

  /// Gives a file or directory another name, atomically replacing a file of that name.
  /// Both names are in one directory.
  [[nodiscard]] virtual error rename(const std::string& from, const std::string& to) = 0;

  /// Removes a file, or a directory with all that is in it. No such name is no error.
  [[nodiscard]] virtual error remove(const std::string& path) = 0;

  /// Makes one directory; that it exists is no error.
  [[nodiscard]] virtual error make_directory(const std::string& path) = 0;

  /// The names in a directory, in ascending order.
  [[nodiscard]] virtual expected<std::vector<std::string>> list(const std::string& path)
    = 0;

  /// Returns when the names in the directory are durable.
  [[nodiscard]] virtual error sync_directory(const std::string& path) = 0;
};

/// The whole of a file. Fails with `ec::not_found` when there is none, and with
/// `ec::too_large` when it holds more than `bytes_max`.
[[nodiscard]] expected<byte_buffer>
read_file(disk& files, const std::string& path, std::size_t bytes_max);

/// Puts `bytes` under `path` so that a crash leaves the old file or the new one: written
/// beside it, synced, renamed over it, the directory synced.
[[nodiscard]] error replace_file(disk& files, const std::string& path, byte_view bytes);

/// The directory part of a path: "a/b/c" gives "a/b", "a" gives "".
[[nodiscard]] std::string parent_of(const std::string& path);

} // namespace troupe
