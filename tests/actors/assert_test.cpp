#include "actors/base/assert.hpp"

#include <array>
#include <csignal>
#include <string>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe {
namespace {

struct death {
  int signal = 0;
  std::string last_words;
};

/// Runs `act` in a child process and tells how that ended.
template <class Act>
death die(Act act) {
  auto ends = std::array<int, 2>{};
  REQUIRE(pipe(ends.data()) == 0);
  auto child = fork();
  if (child == 0) {
    auto no_core = rlimit{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    std::signal(SIGABRT, SIG_DFL); // doctest's handler would print a report of its own
    dup2(ends[1], STDERR_FILENO);
    act();
    _exit(0);
  }
  close(ends[1]);
  auto result = death{};
  auto buffer = std::array<char, 256>{};
  for (ssize_t n = 0; (n = read(ends[0], buffer.data(), buffer.size())) > 0;)
    result.last_words.append(buffer.data(), static_cast<std::size_t>(n));
  close(ends[0]);
  auto status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return result;
}

TEST_CASE("TROUPE_ASSERT: aborts with place and condition, in release too") {
  auto result = die([] { TROUPE_ASSERT(1 + 1 == 3); });
  CHECK(result.signal == SIGABRT);
  CHECK(result.last_words.find("assert_test.cpp:") != std::string::npos);
  CHECK(result.last_words.find("assertion failed: 1 + 1 == 3\n") != std::string::npos);
}

TEST_CASE("TROUPE_ASSERT: lets a true condition pass and evaluates it once") {
  auto count = 0;
  TROUPE_ASSERT(++count == 1);
  CHECK(count == 1);
}

} // namespace
} // namespace troupe
