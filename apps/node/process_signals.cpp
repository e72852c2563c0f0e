#include "apps/node/process_signals.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace troupe::apps {

namespace {

bool hangups_count() {
  struct sigaction known {};
  return ::sigaction(SIGHUP, nullptr, &known) != 0 || known.sa_handler != SIG_IGN;
}

} // namespace

process_signals::process_signals() {
  auto set = sigset_t{};
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  if (hangups_count()) // What is blocked is read, even when it is ignored.
    sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A peer that closes its socket is an error value, not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  wakes_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (signals_ < 0 || wakes_ < 0)
    trouble_ = fail(
      ec::system, std::string{"cannot watch for signals: "} + std::strerror(errno));
}

process_signals::~process_signals() {
  if (signals_ >= 0)
    close(signals_);
  if (wakes_ >= 0)
    close(wakes_);
}

process_signals::event process_signals::wait(duration deadline) {
  auto fds = std::array{pollfd{signals_, POLLIN, 0}, pollfd{wakes_, POLLIN, 0}};
  auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(deadline).count();
  for (;;) {
    auto count = poll(
      fds.data(), fds.size(), deadline < duration{0} ? -1 : static_cast<int>(limit));
    if (count < 0 && errno == EINTR)
      continue;
    auto info = signalfd_siginfo{};
    if (read(signals_, &info, sizeof info) == sizeof info)
      return info.ssi_signo == SIGHUP ? event::hangup : event::signal;
    auto wakes = std::uint64_t{};
    if (read(wakes_, &wakes, sizeof wakes) == sizeof wakes)
      return event::wake;
    if (count <= 0)
      return event::deadline;
  }
}

void process_signals::wake() {
  auto one = std::uint64_t{1};
  // It can only fail when wakes are pending already.
  static_cast<void>(write(wakes_, &one, sizeof one) == sizeof one);
}

} // namespace troupe::apps
