/// Histories on disk: a file per client, JSON lines, written while the run goes.
///
/// One line when an operation is invoked and one when it has returned, so that what a
/// killed run had under way is known to be under way:
///
///     {"client":3,"request":17,"call":"write","key":"r1","argument":"c3-17",
///      "node":"n2","invoked":1250000000}
///     {"client":3,"request":17,"returned":1252000000,"outcome":"done","value":"..."}
///
/// each on one line, with "readonly":true when the client reads from slaves, too; times
/// in nanoseconds since the run's start.
#pragma once

#include "actors/base/error.hpp"
#include "apps/lab/check/history.hpp"

#include <string>
#include <utility>

namespace troupe::lab {

/// Used by one thread.
class history_file {
public:
  history_file(const history_file&) = delete;
  history_file& operator=(const history_file&) = delete;
  history_file(history_file&& other) noexcept
      : path_{std::move(other.path_)}, descriptor_{std::exchange(other.descriptor_, -1)} {
  }
  history_file& operator=(history_file&&) = delete;
  ~history_file();

  /// Begins the file `path`. Fails with ec::system.
  [[nodiscard]] static expected<history_file> create(const std::string& path);

  /// Writes `x` before it is sent; the bytes survive the death of this process. Fails
  /// with ec::system.
  [[nodiscard]] error invoked(const recorded_operation& x) const;

  /// Writes how `x`, which was invoked, has ended.
  [[nodiscard]] error returned(const recorded_operation& x) const;

private:
  history_file(std::string path, int descriptor)
      : path_{std::move(path)}, descriptor_{descriptor} {}

  [[nodiscard]] error write(const std::string& line) const;

  std::string path_;
  int descriptor_;
};

/// The file's operations, in the order of their invocation; those that never returned are
/// unknown. A torn last line is left out. Fails with ec::not_found, ec::system, or
/// ec::corrupt, which names the line.
[[nodiscard]] expected<history> read_history_file(const std::string& path);

/// The operations of all files in `directory` whose names end in ".jsonl", by the time of
/// their invocation.
[[nodiscard]] expected<history> read_histories(const std::string& directory);

} // namespace troupe::lab
