#include "apps/lab/run_trace.hpp"

#include <sstream>

#include <doctest/doctest.h>

namespace troupe::lab {

using namespace std::chrono_literals;

TEST_CASE("run trace: the hash is the SHA-256 of what the file has") {
  auto file = std::ostringstream{};
  auto subject = run_trace{&file};
  CHECK(subject.hash() == "e3b0c44298fc1c14"); // Of nothing.
  subject.add(1500ns, "n1", "crash");
  subject.add(2us, "n2", "send", "a b\nc");
  CHECK(file.str() == "1500 n1 crash\n2000 n2 send a b c\n");
  CHECK(subject.hash() == "0addbf89fd3eb3a8");
  CHECK(subject.event_count() == 2);
}

TEST_CASE("run trace: it goes on after it was asked for its hash") {
  auto asked = run_trace{};
  auto other = run_trace{};
  asked.add(1s, "n1", "a");
  other.add(1s, "n1", "a");
  static_cast<void>(asked.hash());
  asked.add(2s, "n1", "b");
  other.add(2s, "n1", "b");
  CHECK(asked.hash() == other.hash());
}

TEST_CASE("run trace: it keeps the newest lines, oldest first") {
  auto subject = run_trace{};
  CHECK(subject.last_lines().empty());
  for (auto i = 0; i < 250; ++i)
    subject.add(duration{i}, "n1", "step");
  const auto lines = subject.last_lines();
  REQUIRE(lines.size() == run_trace::last_lines_max);
  CHECK(lines.front() == "50 n1 step");
  CHECK(lines.back() == "249 n1 step");
}

} // namespace troupe::lab
