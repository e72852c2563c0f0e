/// Processes of this machine: start one that outlives us, find those that we started
/// earlier, end them.
#pragma once

#include "actors/base/error.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace troupe::apps {

/// A process that was alive when this was made. Its number cannot come to mean another
/// one: a pidfd stands for it.
class process {
public:
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  process(process&& other) noexcept
      : number_{other.number_}, descriptor_{std::exchange(other.descriptor_, -1)} {}
  process& operator=(process&& other) noexcept {
    std::swap(number_, other.number_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~process();

  /// Nothing when no such process is alive.
  [[nodiscard]] static std::optional<process> open(pid_t number);

  [[nodiscard]] pid_t number() const { return number_; }

  /// Whether it has not ended yet; a zombie has.
  [[nodiscard]] bool alive() const;

  /// Sends the signal `number`. That it has ended already is no error. Fails with
  /// ec::system when the system forbids it.
  [[nodiscard]] error signal(int number) const;

  /// Sends SIGKILL, likewise.
  [[nodiscard]] error kill() const;

  /// Its arguments without the program; none once it has ended.
  [[nodiscard]] std::vector<std::string> arguments() const;

  /// Whether it has the file `path` open. False, too, when it belongs to somebody else.
  [[nodiscard]] bool has_open(const std::string& path) const;

private:
  process(pid_t number, int descriptor) : number_{number}, descriptor_{descriptor} {}

  pid_t number_;
  int descriptor_;
};

struct launch {
  std::string program;                  ///< Absolute path.
  std::vector<std::string> arguments;   ///< Without the program.
  std::vector<std::string> environment; ///< NAME=value
  std::string directory;                ///< Its working directory.
  std::string output;                   ///< File that its output is appended to.
};

/// Starts a program in a session of its own, which has nothing of ours: no descriptor, no
/// terminal, no blocked or ignored signal. When this returns, `running_processes` lists
/// it, unless it has ended. Fails with ec::not_found or ec::system.
/// @pre `arguments` is not empty: by them it is listed.
[[nodiscard]] expected<pid_t> start_detached(const launch& what);

struct running_process {
  pid_t number = 0;
  std::vector<std::string> arguments; ///< Without the program.
};

/// The processes of this machine, zombies left out.
[[nodiscard]] std::vector<running_process> running_processes();

/// How the child `number` of this process ended ("exited with code 2"), or nothing while
/// it runs. Asked again after that it is nothing, too.
[[nodiscard]] std::optional<std::string> how_ended(pid_t number);

} // namespace troupe::apps
