#include "actors/base/log.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

namespace troupe {

namespace {

/// A directory of this test alone.
struct fixture {
  fixture() {
    auto name = (std::filesystem::temp_directory_path() / "troupe-log-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    directory = name;
  }
  ~fixture() { std::filesystem::remove_all(directory); }

  fixture(const fixture&) = delete;
  fixture& operator=(const fixture&) = delete;

  std::filesystem::path directory;
};

std::string content_of(const std::filesystem::path& file) {
  auto in = std::ifstream{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

TEST_CASE_FIXTURE(fixture, "log: a file has each line at once and is appended to") {
  auto file = directory / "log";
  auto config = log_config{.level = log_level::info, .file = file.string()};
  auto first = log_sink::open(config);
  logger{first->get(), "n1", "test"}.info("one");
  CHECK(content_of(file).ends_with(" level=info node=n1 part=test msg=one\n"));
  auto second = log_sink::open(config);
  logger{second->get(), "n1", "test"}.info("two");
  CHECK(content_of(file).find("msg=one\n") != std::string::npos);
  CHECK(content_of(file).ends_with("msg=two\n"));
  CHECK(content_of(file).starts_with("time=20"));
}

} // namespace troupe
