/// One run of a simulator in a process of its own: when the code under test aborts, that
/// is a violation of this seed, and others go on.
///
/// Start one only while this process has a single thread.
#pragma once

#include "actors/base/error.hpp"
#include "apps/lab/memory_file.hpp"
#include "apps/lab/simulation.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include <sys/types.h>

namespace troupe::lab {

class seed_process {
public:
  /// Real time after which a run is taken for one that never ends.
  static constexpr auto patience = std::chrono::minutes{10};

  /// Begins the run that `what` is asked for. Its trace goes to `trace_descriptor`, line
  /// by line, unless none. Fails with ec::system.
  [[nodiscard]] static expected<seed_process> start(
    const simulator& what, const sim_request& request,
    std::optional<int> trace_descriptor);

  seed_process(const seed_process&) = delete;
  seed_process& operator=(const seed_process&) = delete;
  seed_process(seed_process&& other) noexcept;
  seed_process& operator=(seed_process&& other) noexcept;
  /// Kills it, unless it has ended.
  ~seed_process();

  /// Can be read when the process has ended.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Whether `finish` would not wait: it has ended, or its time is over.
  [[nodiscard]] bool ended() const;

  /// Real time until it is taken for one that never ends, in milliseconds; 0: it is over.
  [[nodiscard]] int time_left() const;

  /// Waits for the end. What the run has told; of a process that died, or that had to be
  /// killed, just how. Call it once.
  [[nodiscard]] sim_result finish();

  /// Whether something of its trace could not be written: the disk was full. Known when
  /// it has finished.
  [[nodiscard]] bool trace_lost() const { return trace_lost_; }

  /// Whether `x` is what `finish` says of a process that died: it knows no more than
  /// seed and violation.
  [[nodiscard]] static bool has_died(const sim_result& x) { return x.hash.empty(); }

private:
  seed_process(
    pid_t number, int descriptor, std::uint64_t seed, memory_file result,
    memory_file errors);

  /// Whether it has ended within this time.
  [[nodiscard]] bool wait_for_end(int milliseconds) const;
  [[nodiscard]] int reap();

  pid_t number_;
  int descriptor_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::uint64_t seed_;
  bool trace_lost_ = false;
  memory_file result_;
  memory_file errors_;
};

} // namespace troupe::lab
