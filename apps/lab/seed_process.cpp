#include "apps/lab/seed_process.hpp"

#include "apps/lab/descriptor_stream.hpp"
#include "apps/lab/sim_result_json.hpp"
#include "apps/lab/words.hpp"
#include "apps/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <iostream>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::lab {

namespace {

/// How a run ends of whose trace something could not be written.
constexpr auto trace_lost_status = 74; // EX_IOERR of sysexits.h

sim_result run(const simulator& what, const sim_request& request) {
  try {
    return what.run(request);
  } catch (const std::exception& x) {
    auto result = sim_result{};
    result.seed = request.seed;
    result.violations = {"exception: " + std::string{x.what()}};
    return result;
  }
}

[[noreturn]] void be_the_child(
  const simulator& what, sim_request request, std::optional<int> trace_descriptor,
  const memory_file& result, const memory_file& errors) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto no_core = rlimit{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::dup2(errors.descriptor(), STDOUT_FILENO);
  ::dup2(errors.descriptor(), STDERR_FILENO);
  auto trace = descriptor_stream{trace_descriptor.value_or(-1)};
  if (trace_descriptor)
    request.trace = &trace;
  descriptor_stream{result.descriptor()} << print_result(run(what, request));
  ::_exit(
    trace_descriptor && !trace
      ? trace_lost_status
      : 0); // What the parent has registered for its own end is not ours to do.
}

std::string cause_of_death(int status, const std::string& errors) {
  constexpr auto mark = std::string_view{": assertion failed: "};
  auto last = std::string{};
  for (const auto& line : split(errors, '\n')) {
    if (const auto at = line.find(mark); at != std::string::npos)
      return "assertion: " + line.substr(at + mark.size()) + " at " + line.substr(0, at);
    last = line.empty() ? last : line;
  }
  const auto signal = WIFSIGNALED(status) ? ::sigabbrev_np(WTERMSIG(status)) : nullptr;
  auto result = signal != nullptr
                  ? "signal: the process died of SIG" + std::string{signal}
                  : "exit: the process ended with " + std::to_string(WEXITSTATUS(status))
                      + ", without a result";
  return last.empty() ? result : result + "; its last words: " + last;
}

} // namespace

expected<seed_process> seed_process::start(
  const simulator& what, const sim_request& request,
  std::optional<int> trace_descriptor) {
  auto result = memory_file::make();
  auto errors = memory_file::make();
  if (!result || !errors)
    return result ? errors.error() : result.error();
  std::cout.flush(); // Or the child would have the same text to write.
  std::cerr.flush();
  const auto number = ::fork();
  if (number < 0)
    return apps::system_error("fork", errno);
  if (number == 0)
    be_the_child(what, request, trace_descriptor, *result, *errors);
  const auto descriptor = static_cast<int>(::syscall(SYS_pidfd_open, number, 0));
  auto process = seed_process{
    number, descriptor, request.seed, std::move(*result), std::move(*errors)};
  if (descriptor < 0)
    return apps::system_error("pidfd_open", errno);
  return process;
}

seed_process::seed_process(
  pid_t number, int descriptor, std::uint64_t seed, memory_file result,
  memory_file errors)
    : number_{number}, descriptor_{descriptor}, seed_{seed}, result_{std::move(result)},
      errors_{std::move(errors)} {}

seed_process::seed_process(seed_process&& other) noexcept
    : number_{std::exchange(other.number_, 0)}, descriptor_{std::exchange(
                                                  other.descriptor_, -1)},
      begun_{other.begun_}, seed_{other.seed_}, trace_lost_{other.trace_lost_},
      result_{std::move(other.result_)}, errors_{std::move(other.errors_)} {}

seed_process& seed_process::operator=(seed_process&& other) noexcept {
  std::swap(number_, other.number_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(begun_, other.begun_);
  std::swap(seed_, other.seed_);
  std::swap(trace_lost_, other.trace_lost_);
  std::swap(result_, other.result_);
  std::swap(errors_, other.errors_);
  return *this;
}

seed_process::~seed_process() {
  if (number_ > 0) {
    ::kill(number_, SIGKILL);
    static_cast<void>(reap());
  }
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

int seed_process::time_left() const {
  const auto left = begun_ + patience - std::chrono::steady_clock::now();
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::max<std::int64_t>(0, rounded));
}

bool seed_process::ended() const { return time_left() == 0 || wait_for_end(0); }

bool seed_process::wait_for_end(int milliseconds) const {
  auto end = pollfd{descriptor_, POLLIN, 0};
  auto ready = 0;
  do
    ready = ::poll(&end, 1, milliseconds);
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

int seed_process::reap() {
  auto status = 0;
  while (::waitpid(number_, &status, 0) < 0 && errno == EINTR) {
  }
  number_ = 0;
  return status;
}

sim_result seed_process::finish() {
  auto result = sim_result{};
  result.seed = seed_;
  if (!wait_for_end(time_left())) {
    ::kill(number_, SIGKILL);
    static_cast<void>(reap());
    result.violations = {
      "no end: the run took more than "
      + std::to_string(std::chrono::minutes{patience}.count()) + " minutes"};
    return result;
  }
  const auto status = reap();
  auto told = parse_result(result_.text());
  trace_lost_ = WIFEXITED(status) && WEXITSTATUS(status) == trace_lost_status;
  if ((status == 0 || trace_lost_) && told)
    return std::move(*told);
  result.violations = {cause_of_death(status, errors_.text())};
  return result;
}

} // namespace troupe::lab
