#include "apps/shell/history_file.hpp"
#include "tests/apps/temporary_directory.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <stdlib.h>

namespace troupe::apps::shell {
namespace {

using words = std::vector<std::string>;

struct fixture {
  test::temporary_directory directory;
  std::string path = directory.path() + "/history";
};

TEST_CASE_FIXTURE(
  fixture, "history_file: lines come back in order, also to another shell") {
  const auto first = history_file{path};
  const auto second = history_file{path};
  CHECK(first.load()->empty());
  REQUIRE_FALSE(first.append("members"));
  REQUIRE_FALSE(second.append("stats 'a b'"));
  REQUIRE_FALSE(first.append("tree"));
  CHECK(*second.load() == words{"members", "stats 'a b'", "tree"});
}

TEST_CASE_FIXTURE(fixture, "history_file: only its owner can read it") {
  REQUIRE_FALSE(history_file{path}.append("members"));
  using std::filesystem::perms;
  CHECK(
    std::filesystem::status(path).permissions()
    == (perms::owner_read | perms::owner_write));
}

TEST_CASE_FIXTURE(
  fixture, "history_file: keeps the last lines, and shortens a file twice as long") {
  const auto file = history_file{path, 2};
  for (const auto* line : {"a", "b", "c"})
    REQUIRE_FALSE(file.append(line));
  CHECK(*file.load() == words{"b", "c"});
  CHECK(std::filesystem::file_size(path) == 6);
  REQUIRE_FALSE(file.append("d"));
  CHECK(*file.load() == words{"c", "d"});
  CHECK(std::filesystem::file_size(path) == 4);
}

TEST_CASE_FIXTURE(fixture, "history_file: without a path nothing is kept") {
  const auto file = history_file{""};
  CHECK_FALSE(file.append("members"));
  CHECK(file.load()->empty());
}

TEST_CASE_FIXTURE(fixture, "history_file: a path that cannot be written is told") {
  const auto file = history_file{directory.path() + "/none/history"};
  const auto trouble = file.append("members");
  REQUIRE(trouble);
  CHECK(render(trouble).find(directory.path() + "/none/history") != std::string::npos);
}

TEST_CASE("history_file: the environment names the file, or switches it off") {
  ::setenv("HOME", "/home/x", 1);
  ::unsetenv("TROUPE_HISTORY");
  CHECK(history_path() == "/home/x/.troupe_history");
  ::setenv("TROUPE_HISTORY", "/y", 1);
  CHECK(history_path() == "/y");
  ::setenv("TROUPE_HISTORY", "", 1);
  CHECK(history_path().empty());
}

} // namespace
} // namespace troupe::apps::shell
