#include "apps/local/ports.hpp"
#include "apps/local/process.hpp"
#include "tests/apps/temporary_directory.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::apps {
namespace {

using namespace std::chrono_literals;
using test::temporary_directory;

launch shell_of(const temporary_directory& folder, const std::string& script) {
  return {
    "/bin/sh", {"-c", script}, {"GREETING=hello"}, folder.path(), folder.path() + "/log"};
}

std::string wait_for_end(pid_t number) {
  for (;;) {
    if (auto how = how_ended(number))
      return *how;
    std::this_thread::sleep_for(5ms);
  }
}

std::string output_text(const std::string& path) {
  auto file = std::ifstream{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST_CASE("process: a detached one has its own session, directory and environment") {
  const auto folder = temporary_directory{};
  const auto number = start_detached(shell_of(
    folder, "echo $GREETING ${HOME-nothing}; pwd >&2; cut -d' ' -f6 /proc/$$/stat"));
  REQUIRE(number);
  CHECK(wait_for_end(*number) == "exited with code 0");
  CHECK(
    output_text(folder.path() + "/log")
    == "hello nothing\n" + folder.path() + "\n" + std::to_string(*number) + "\n");
}

TEST_CASE("process: a detached one has no descriptor of ours") {
  const auto folder = temporary_directory{};
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const auto number = start_detached(shell_of(folder, "sleep 60"));
  REQUIRE(number);
  REQUIRE(::close(ends[1]) == 0);
  char byte = 0;
  CHECK(::read(ends[0], &byte, 1) == 0); // The end of the file: nobody can write.
  CHECK(::close(ends[0]) == 0);
  REQUIRE_FALSE(process::open(*number)->kill());
  CHECK(wait_for_end(*number) == "was ended by signal 9");
}

TEST_CASE("process: a detached one ignores and blocks no signal that we do") {
  const auto folder = temporary_directory{};
  const auto old = std::signal(SIGTERM, SIG_IGN);
  const auto number = start_detached(shell_of(folder, "kill -TERM $$; echo alive"));
  std::signal(SIGTERM, old);
  REQUIRE(number);
  CHECK(wait_for_end(*number) == "was ended by signal 15");
}

TEST_CASE("process: output is appended") {
  const auto folder = temporary_directory{};
  for (const auto* word : {"one", "two"}) {
    const auto number = start_detached(shell_of(folder, std::string{"echo "} + word));
    REQUIRE(number);
    CHECK(wait_for_end(*number) == "exited with code 0");
  }
  CHECK(output_text(folder.path() + "/log") == "one\ntwo\n");
}

TEST_CASE("process: a program that is not there is named") {
  const auto folder = temporary_directory{};
  auto what = shell_of(folder, "true");
  what.program = "/no/such";
  const auto number = start_detached(what);
  REQUIRE_FALSE(number);
  CHECK(number.error() == ec::not_found);
  CHECK(
    sentence_of(number.error()) == "cannot start /no/such: No such file or directory");
}

TEST_CASE("process: it is found by its arguments while it runs, and dies when killed") {
  const auto folder = temporary_directory{};
  const auto script = "exec 3>lock; while :; do sleep 0.05; done # " + folder.path();
  const auto number = start_detached(shell_of(folder, script));
  REQUIRE(number);
  const auto found = [&] {
    const auto all = running_processes();
    return std::ranges::any_of(all, [&](const running_process& x) {
      return x.number == *number && x.arguments == std::vector<std::string>{"-c", script};
    });
  };
  CHECK(found());
  const auto child = process::open(*number);
  REQUIRE(child);
  CHECK(child->number() == *number);
  CHECK(child->arguments() == std::vector<std::string>{"-c", script});
  CHECK(child->alive());
  while (!child->has_open(folder.path() + "/lock"))
    std::this_thread::sleep_for(5ms);
  CHECK_FALSE(child->has_open(folder.path() + "/missing"));
  REQUIRE_FALSE(child->kill());
  while (child->alive())
    std::this_thread::sleep_for(5ms);
  // Not reaped yet: a zombie is neither alive nor running.
  CHECK_FALSE(process::open(*number));
  CHECK_FALSE(found());
  CHECK_FALSE(child->kill());
  CHECK(wait_for_end(*number) == "was ended by signal 9");
}

TEST_CASE("process: a detached one can be found as soon as it was started") {
  const auto folder = temporary_directory{};
  const auto script = "while :; do sleep 0.05; done # " + folder.path();
  for (auto i = 0; i < 20; ++i) {
    const auto number = start_detached(shell_of(folder, script));
    REQUIRE(number);
    const auto child = process::open(*number);
    REQUIRE(child);
    CHECK(child->arguments() == std::vector<std::string>{"-c", script});
    REQUIRE_FALSE(child->kill());
    CHECK(wait_for_end(*number) == "was ended by signal 9");
  }
}

TEST_CASE("ports: one is free until somebody listens at it, and after that") {
  const auto descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  auto place = sockaddr_in{};
  place.sin_family = AF_INET;
  auto size = socklen_t{sizeof(place)};
  auto* address = reinterpret_cast<sockaddr*>(&place);
  REQUIRE(::bind(descriptor, address, size) == 0); // Any address, any port.
  REQUIRE(::listen(descriptor, 1) == 0);
  REQUIRE(::getsockname(descriptor, address, &size) == 0);
  auto node = local_node{};
  node.name = "n1";
  node.link = {"127.0.0.1", ntohs(place.sin_port)};
  node.resp = node.link;
  node.http = node.link;
  const auto trouble = check_ports_free(node);
  CHECK(trouble == ec::in_use);
  CAPTURE(sentence_of(trouble));
  CHECK(sentence_of(trouble).starts_with(
    "n1 cannot have " + to_string(node.link) + " as its link port: "));
  REQUIRE(::close(descriptor) == 0);
  CHECK_FALSE(check_ports_free(node));
}

} // namespace
} // namespace troupe::apps
