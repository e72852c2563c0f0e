#include "apps/inject/pause_process.hpp"

#include "apps/system_error.hpp"

#include <cerrno>
#include <csignal>
#include <ctime>

#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::apps {

namespace {

/// The child's whole life; it calls nothing that a fork of many threads may not. It holds
/// no file of its parent, and ends with it: a node that is killed while it is stopped
/// leaves nothing behind.
[[noreturn]] void wake_later(pid_t parent, timespec length) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  syscall(SYS_close_range, 0U, ~0U, 0U);
  if (getppid() == parent) {
    while (nanosleep(&length, &length) != 0 && errno == EINTR) {
    }
    kill(parent, SIGCONT);
  }
  _exit(0);
}

} // namespace

error pause_process(duration length) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length);
  const auto parent = getpid();
  const auto waker = fork();
  if (waker < 0)
    return system_error("cannot fork", errno);
  if (waker == 0)
    wake_later(parent, {seconds.count(), (length - seconds).count()});
  // To this thread: what is sent to the process may find another one first, and the waker
  // would be ended before anything has stopped.
  raise(SIGSTOP);
  // Somebody else may have been faster.
  kill(waker, SIGKILL);
  waitpid(waker, nullptr, 0);
  return {};
}

} // namespace troupe::apps
