/// Signals and events from other threads, for a main thread that waits.
///
/// SIGINT, SIGTERM and SIGHUP (the terminal was closed) are blocked for the whole process
/// and read here, so that no handler runs in the middle of anything. A SIGHUP that nohup
/// has made to be ignored stays so.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"

namespace troupe::apps {

class process_signals {
public:
  /// A terminal that is closed hangs up twice: its shell tells its jobs, and the system
  /// tells the group in the foreground. So a second hangup says nothing new.
  enum class event { signal, hangup, wake, deadline };

  /// Blocks the signals in this thread and in all made after it.
  process_signals();
  process_signals(const process_signals&) = delete;
  process_signals& operator=(const process_signals&) = delete;
  ~process_signals();

  /// None, or what the system refused when this was made.
  [[nodiscard]] const error& trouble() const { return trouble_; }

  /// Waits for a signal, a hangup or `wake`. A negative deadline is for ever.
  [[nodiscard]] event wait(duration deadline);

  /// Makes one `wait`, now or later, return. Safe from any thread.
  void wake();

private:
  int signals_ = -1;
  int wakes_ = -1;
  error trouble_;
};

} // namespace troupe::apps
