/// What happened in a simulated run: every event as a line, and the hash of all lines.
///
/// Two runs of one seed have the same hash, or the simulation is not deterministic. The
/// hash is the first 16 hex digits of the SHA-256 of what `--trace FILE` writes. Used by
/// one thread.
#pragma once

#include "actors/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::lab {

class run_trace {
public:
  /// What a failed run shows of its end.
  static constexpr std::size_t last_lines_max = 200;

  /// Writes each line to `file` too, unless null; it outlives this.
  explicit run_trace(std::ostream* file = nullptr);
  run_trace(const run_trace&) = delete;
  run_trace& operator=(const run_trace&) = delete;
  ~run_trace();

  /// Adds "TIME NODE KIND PAYLOAD": `when` is virtual time since the run's start, written
  /// in nanoseconds; `node` and `kind` have no spaces; a line break in `payload` becomes
  /// a space.
  void add(
    duration when, std::string_view node, std::string_view kind,
    std::string_view payload = {});

  /// Adds a line as `add` has made it, without its line break.
  void add_line(std::string_view line);

  /// Of all that was added so far.
  [[nodiscard]] std::string hash() const;

  [[nodiscard]] std::uint64_t event_count() const { return event_count_; }

  /// The newest lines, oldest first.
  [[nodiscard]] std::vector<std::string> last_lines() const;

private:
  struct digest;

  [[nodiscard]] std::string& next_line();
  void take(std::string& line);

  std::ostream* file_;
  std::unique_ptr<digest> digest_;
  std::uint64_t event_count_ = 0;
  std::vector<std::string> ring_; // The newest is at (event_count_ - 1) % last_lines_max.
};

} // namespace troupe::lab
