/// Makes a provider run each call at most once, however often its invocation arrives.
///
/// It keeps the results of calls whose caller may still ask again, and drops them as soon
/// as the caller says that it has them (`answered_below`), or when the caller has been
/// silent for `retention`. Bounded: when it is full, new calls are refused without being
/// run.
///
/// Pure. Not thread-safe; one per provider.
/// Cost: O(log callers + log calls of the caller).
#pragma once

#include "actors/base/time.hpp"
#include "router/call.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace troupe::router {

struct invocation_log_config {
  /// Calls that run at one time, over all callers. Larger takes more load in, smaller
  /// refuses sooner, while another provider may still be in time.
  std::size_t running_max = 10'000;

  /// Callers whose results are kept.
  std::size_t callers_max = 100'000;

  /// Bytes of kept results, over all callers.
  std::size_t result_bytes_max = 64U << 20;

  /// How long a silent caller's results are kept. Longer than any caller's deadline, or a
  /// late duplicate could run again.
  std::chrono::milliseconds retention{120'000};

  /// A call whose handler took longer is told to the log, with its trace. Shorter tells
  /// of more.
  std::chrono::milliseconds slow_after{500};

  /// None, or ec::invalid_config naming key, value and range.
  [[nodiscard]] error validate() const;
};

class invocation_log {
public:
  enum class verdict : std::uint8_t {
    run,     ///< Call the handler, then `finished`.
    wait,    ///< It runs already; the result goes to whoever asked last.
    repeat,  ///< It has run; here is the result again.
    refuse,  ///< Not run; here is why.
    outdated ///< Its caller has its result already: nobody waits.
  };

  struct admission {
    invocation_log::verdict verdict = verdict::run;
    std::optional<invocation_result> result; ///< For repeat and refuse.
  };

  explicit invocation_log(invocation_log_config config) : config_{config} {}

  /// Judges an invocation that has arrived.
  [[nodiscard]] admission arrived(const invocation& x, time_point now);

  /// The handler of a call that was to run has ended. Returns the attempt to answer: the
  /// last that asked.
  /// @pre `arrived` said run, and this is the first `finished` since.
  [[nodiscard]] std::uint32_t finished(const invocation_result& x, time_point now);

  /// Drops what nobody will ask for. Call it every `retention / 10` or so.
  void tick(time_point now);

  [[nodiscard]] std::size_t running_count() const { return running_count_; }
  [[nodiscard]] std::size_t result_bytes() const { return result_bytes_; }

private:
  struct known_call {
    std::uint32_t attempt = 1;               // The last that asked.
    std::optional<invocation_result> result; // None: it runs.
  };

  struct known_caller {
    std::uint64_t answered_below = 0;
    time_point last_heard;
    std::map<std::uint64_t, known_call> calls;
  };

  void forget_answered(known_caller& x, std::uint64_t below);
  [[nodiscard]] admission refuse(const invocation& x, ec code, const char* why) const;

  invocation_log_config config_;
  std::map<caller_id, known_caller> callers_;
  std::size_t running_count_ = 0;
  std::size_t result_bytes_ = 0;
};

} // namespace troupe::router
