#include "apps/node/data_directory.hpp"
#include "tests/apps/temporary_directory.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

namespace troupe::apps {
namespace {

namespace fs = std::filesystem;
using test::temporary_directory;

std::string text_of(const fs::path& path) {
  auto file = std::ifstream{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void write(const fs::path& path, const std::string& text) { std::ofstream{path} << text; }

TEST_CASE("data_directory: a missing one is made, marked and locked") {
  const auto folder = temporary_directory{};
  const auto path = folder.path() + "/a b/data";
  CHECK_FALSE(data_directory_locked(path));
  {
    const auto directory = data_directory::open(path);
    REQUIRE_MESSAGE(directory, (directory ? "" : render(directory.error())));
    CHECK(directory->path() == path);
    CHECK(data_directory_locked(path));
    CHECK(text_of(path + "/LOCK") == std::to_string(::getpid()) + "\n");
    CHECK(text_of(path + "/troupe-data") == "troupe data directory, format 1\n");
  }
  CHECK_FALSE(data_directory_locked(path));
}

TEST_CASE("data_directory: one that was used before opens again with what it holds") {
  const auto folder = temporary_directory{};
  { REQUIRE(data_directory::open(folder.path())); }
  write(folder.path() + "/identity", "kept");
  REQUIRE(data_directory::open(folder.path()));
  CHECK(text_of(folder.path() + "/identity") == "kept");
}

TEST_CASE("data_directory: a second node on it is refused, and told who holds it") {
  const auto folder = temporary_directory{};
  const auto first = data_directory::open(folder.path());
  REQUIRE(first);
  const auto second = data_directory::open(folder.path());
  REQUIRE_FALSE(second);
  CHECK(second.error() == ec::in_use);
  CHECK(
    sentence_of(second.error())
    == "the data directory " + folder.path() + " belongs to a running node: "
         + folder.path() + "/LOCK is locked by process " + std::to_string(::getpid())
         + "; end that one, or name another directory (node.data_dir, --data-dir)");
}

TEST_CASE("data_directory: the lock moves with the object") {
  const auto folder = temporary_directory{};
  auto kept = std::optional<data_directory>{};
  {
    auto opened = data_directory::open(folder.path());
    REQUIRE(opened);
    kept.emplace(std::move(*opened));
  }
  CHECK(data_directory_locked(folder.path()));
  kept.reset();
  CHECK_FALSE(data_directory_locked(folder.path()));
}

TEST_CASE("data_directory: one that holds something else is left as it is") {
  const auto folder = temporary_directory{};
  write(folder.path() + "/thesis.txt", "dear");
  const auto directory = data_directory::open(folder.path());
  REQUIRE_FALSE(directory);
  CHECK(directory.error() == ec::already_exists);
  CHECK(
    sentence_of(directory.error())
    == folder.path()
         + " is not a node's data directory: it holds 'thesis.txt'; name an empty "
           "directory, or one that is not there yet (node.data_dir, --data-dir)");
  CHECK(std::distance(fs::directory_iterator{folder.path()}, {}) == 1);
}

TEST_CASE("data_directory: what a start that was cut short left is no obstacle") {
  const auto folder = temporary_directory{};
  write(folder.path() + "/LOCK", "");
  write(folder.path() + "/troupe-data.tmp", "troupe da");
  fs::create_directory(folder.path() + "/lost+found");
  CHECK(data_directory::open(folder.path()));
}

TEST_CASE("data_directory: one of another format is refused") {
  const auto folder = temporary_directory{};
  write(folder.path() + "/troupe-data", "troupe data directory, format 2\n");
  const auto directory = data_directory::open(folder.path());
  REQUIRE_FALSE(directory);
  CHECK(directory.error() == ec::version_mismatch);
}

TEST_CASE("data_directory: a path through a file is refused with the reason") {
  const auto folder = temporary_directory{};
  write(folder.path() + "/file", "");
  const auto directory = data_directory::open(folder.path() + "/file/data");
  REQUIRE_FALSE(directory);
  CHECK(directory.error() == ec::system);
  CHECK(
    sentence_of(directory.error())
    == "cannot make the data directory " + folder.path()
         + "/file/data: Not a directory; name one that this user may write to "
           "(node.data_dir, --data-dir)");
}

/// Without root's rights, which nothing binds, for as long as it lives.
class unprivileged {
public:
  unprivileged() {
    if (user_ == 0)
      REQUIRE(::seteuid(nobody) == 0);
  }
  unprivileged(const unprivileged&) = delete;
  unprivileged& operator=(const unprivileged&) = delete;
  ~unprivileged() {
    if (user_ == 0)
      CHECK(::seteuid(user_) == 0);
  }

private:
  static constexpr uid_t nobody = 65'534;
  uid_t user_ = ::geteuid();
};

TEST_CASE("data_directory: one that this user may not write to is refused") {
  const auto folder = temporary_directory{};
  fs::permissions(folder.path(), fs::perms{0555});
  const auto user = unprivileged{};
  const auto directory = data_directory::open(folder.path());
  REQUIRE_FALSE(directory);
  CHECK(directory.error() == ec::system);
  CHECK(
    sentence_of(directory.error())
    == "cannot use the data directory " + folder.path() + ": open " + folder.path()
         + "/LOCK: Permission denied; name one that this user may write to");
}

} // namespace
} // namespace troupe::apps
