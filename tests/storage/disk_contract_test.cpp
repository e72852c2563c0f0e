// What `disk` promises, over both its forms: what the simulation rests on must be what
// production does. What a power loss leaves is for tests/actors/sim_disk_test.cpp.

#include "actors/sim/disk.hpp"
#include "storage/posix_disk.hpp"
#include "tests/apps/temporary_directory.hpp"

#include <functional>
#include <string>
#include <utility>

#include <doctest/doctest.h>

using namespace troupe;

namespace {

/// Lets a test's steps run on an empty disk of each form.
void on_each_disk(const std::function<void(disk&)>& steps) {
  SUBCASE("simulated") {
    auto files = sim::memory_disk{};
    steps(files);
  }
  SUBCASE("POSIX") {
    auto directory = test::temporary_directory{};
    auto files = storage::posix_disk{directory.path()};
    steps(files);
  }
}

byte_buffer bytes(const std::string& text) {
  const auto view = byte_view{std::as_bytes(std::span{text})};
  return {view.begin(), view.end()};
}

std::string text_of(const disk_file& file, std::uint64_t offset, std::size_t length) {
  auto result = std::string(length, '?');
  auto got = file.read(offset, std::as_writable_bytes(std::span{result}));
  REQUIRE(got);
  result.resize(*got);
  return result;
}

std::string text_of(disk& files, const std::string& path) {
  auto all = read_file(files, path, 1'000);
  REQUIRE(all);
  return {reinterpret_cast<const char*>(all->data()), all->size()};
}

void write_text(disk& files, const std::string& path, const std::string& text) {
  auto file = files.create(path);
  REQUIRE(file);
  REQUIRE(!(*file)->write(0, bytes(text)));
  REQUIRE(!(*file)->sync());
}

template <class T>
ec code_of_failure(const expected<T>& x) {
  REQUIRE(!x);
  return code_of(x.error());
}

} // namespace

TEST_CASE("disk: what was written is read, up to the end of the file") {
  on_each_disk([](disk& files) {
    auto file = files.create("a");
    REQUIRE(file);
    REQUIRE(!(*file)->write(0, bytes("abcdef")));
    REQUIRE(!(*file)->write(2, bytes("XY")));
    CHECK(text_of(**file, 0, 6) == "abXYef");
    CHECK(text_of(**file, 4, 9) == "ef");
    CHECK(text_of(**file, 6, 9).empty());
    CHECK(text_of(**file, 99, 9).empty());
    CHECK(*(*file)->size() == 6);
  });
}

TEST_CASE("disk: a gap behind the old end reads as zeros") {
  on_each_disk([](disk& files) {
    auto file = files.create("a");
    REQUIRE(file);
    REQUIRE(!(*file)->write(0, bytes("ab")));
    REQUIRE(!(*file)->write(5, bytes("c")));
    CHECK(text_of(**file, 0, 9) == std::string{"ab\0\0\0c", 6});
  });
}

TEST_CASE("disk: a file is cut, and extended with zeros") {
  on_each_disk([](disk& files) {
    auto file = files.create("a");
    REQUIRE(file);
    REQUIRE(!(*file)->write(0, bytes("abcdef")));
    REQUIRE(!(*file)->truncate(2));
    CHECK(*(*file)->size() == 2);
    REQUIRE(!(*file)->truncate(4));
    CHECK(text_of(**file, 0, 9) == std::string{"ab\0\0", 4});
    REQUIRE(!(*file)->sync());
  });
}

TEST_CASE("disk: a file is found again under its name, by any handle") {
  on_each_disk([](disk& files) {
    write_text(files, "a", "one");
    auto reader = files.open("a");
    auto writer = files.open("a");
    REQUIRE((reader && writer));
    REQUIRE(!(*writer)->write(3, bytes("two")));
    CHECK(text_of(**reader, 0, 9) == "onetwo");
  });
}

TEST_CASE("disk: to create a file that exists empties it") {
  on_each_disk([](disk& files) {
    write_text(files, "a", "old");
    auto file = files.create("a");
    REQUIRE(file);
    CHECK(*(*file)->size() == 0);
    CHECK(text_of(files, "a").empty());
  });
}

TEST_CASE("disk: what does not exist is not found") {
  on_each_disk([](disk& files) {
    CHECK(code_of_failure(files.open("a")) == ec::not_found);
    CHECK(code_of_failure(files.open("no/a")) == ec::not_found);
    CHECK(code_of_failure(files.create("no/a")) == ec::not_found);
    CHECK(code_of_failure(files.list("no")) == ec::not_found);
    CHECK(code_of_failure(read_file(files, "a", 9)) == ec::not_found);
    CHECK(code_of(files.rename("a", "b")) == ec::not_found);
    CHECK(code_of(files.make_directory("no/a")) == ec::not_found);
    CHECK(code_of(files.sync_directory("no")) == ec::not_found);
    CHECK(!files.remove("a"));
    CHECK(!files.remove("no/a"));
  });
}

TEST_CASE("disk: a rename replaces the file of that name, and handles stay") {
  on_each_disk([](disk& files) {
    write_text(files, "a", "new");
    write_text(files, "b", "old");
    auto moved = files.open("a");
    auto replaced = files.open("b");
    REQUIRE((moved && replaced));
    REQUIRE(!files.rename("a", "b"));
    REQUIRE(!files.sync_directory(""));
    CHECK(text_of(files, "b") == "new");
    CHECK(code_of_failure(files.open("a")) == ec::not_found);
    REQUIRE(!(*moved)->write(3, bytes("er")));
    CHECK(text_of(files, "b") == "newer");
    CHECK(text_of(**replaced, 0, 9) == "old");
  });
}

TEST_CASE("disk: directories are made, listed in order, renamed and removed whole") {
  on_each_disk([](disk& files) {
    REQUIRE(!files.make_directory("d"));
    REQUIRE(!files.make_directory("d"));
    REQUIRE(!files.make_directory("d/z"));
    write_text(files, "d/b", "in d");
    write_text(files, "d/a", "");
    write_text(files, "d/z/deep", "");
    CHECK(*files.list("d") == std::vector<std::string>{"a", "b", "z"});
    CHECK(*files.list("") == std::vector<std::string>{"d"});
    REQUIRE(!files.rename("d", "e"));
    REQUIRE(!files.sync_directory("e"));
    CHECK(text_of(files, "e/b") == "in d");
    REQUIRE(!files.remove("e"));
    CHECK(files.list("")->empty());
  });
}

TEST_CASE("disk: a removed file can be read as long as it is open") {
  on_each_disk([](disk& files) {
    write_text(files, "a", "kept");
    auto file = files.open("a");
    REQUIRE(file);
    REQUIRE(!files.remove("a"));
    CHECK(text_of(**file, 0, 9) == "kept");
  });
}

TEST_CASE("disk: a file is replaced whole, and read whole within a bound") {
  on_each_disk([](disk& files) {
    REQUIRE(!replace_file(files, "a", bytes("first")));
    REQUIRE(!replace_file(files, "a", bytes("second one")));
    CHECK(text_of(files, "a") == "second one");
    CHECK(*files.list("") == std::vector<std::string>{"a"}); // Nothing is left beside it.
    CHECK(read_file(files, "a", 10).engaged());
    CHECK(code_of_failure(read_file(files, "a", 9)) == ec::too_large);
  });
}
