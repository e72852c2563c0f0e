#include "apps/lab/check/history_file.hpp"
#include "tests/apps/lab/recorded.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::lab;

namespace {

/// A directory for one test.
class folder {
public:
  folder() {
    auto name = std::string{"/tmp/troupe-history-XXXXXX"};
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  ~folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string at(const std::string& name) const {
    return path_ + "/" + name;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

private:
  std::string path_;
};

void write_all(const std::string& path, const history& all) {
  const auto file = history_file::create(path);
  REQUIRE(file);
  for (const auto& x : all) {
    REQUIRE_FALSE(file->invoked(x));
    if (x.returned)
      REQUIRE_FALSE(file->returned(x));
  }
}

void append_text(const std::string& path, const std::string& text) {
  std::ofstream{path, std::ios::app | std::ios::binary} << text;
}

} // namespace

TEST_CASE("history_file: what was written is read back") {
  const auto where = folder{};
  const auto all = history{
    write_by(1, "a \"b\"\n", {0, 4}), read_by(1, "a", {5, 6}),
    readonly(read_by(1, std::nullopt, {7, 8})), refused(append_by(1, "x;", "", {9, 12})),
    write_by(1, "never answered", {20})};
  write_all(where.at("1.jsonl"), all);
  const auto back = read_history_file(where.at("1.jsonl"));
  REQUIRE(back);
  CHECK(*back == all);
}

TEST_CASE("history_file: a line that a kill cut short is left out") {
  const auto where = folder{};
  write_all(where.at("1.jsonl"), {write_by(1, "a", {0})});
  append_text(where.at("1.jsonl"), R"({"client":1,"request":1,"returned":99,"outc)");
  const auto back = read_history_file(where.at("1.jsonl"));
  REQUIRE(back);
  CHECK(*back == history{write_by(1, "a", {0})});
}

TEST_CASE("history_file: a damaged line is named") {
  const auto where = folder{};
  write_all(where.at("1.jsonl"), {write_by(1, "a", {0, 1})});
  append_text(where.at("1.jsonl"), "{\"client\":1}\n");
  const auto back = read_history_file(where.at("1.jsonl"));
  REQUIRE_FALSE(back);
  CHECK(back.error() == ec::corrupt);
  CHECK(sentence_of(back.error()).find("1.jsonl:3") != std::string::npos);
}

TEST_CASE("history_file: the histories of a directory are one, by time") {
  const auto where = folder{};
  write_all(where.at("2.jsonl"), {write_by(2, "a", {0, 1}), write_by(2, "c", {6, 7})});
  write_all(where.at("1.jsonl"), {write_by(1, "b", {3, 4})});
  append_text(where.at("notes.txt"), "not a history");
  const auto back = read_histories(where.path());
  REQUIRE(back);
  CHECK(
    *back
    == history{
      write_by(2, "a", {0, 1}), write_by(1, "b", {3, 4}), write_by(2, "c", {6, 7})});
}

TEST_CASE("history_file: a history is never begun over another") {
  const auto where = folder{};
  write_all(where.at("1.jsonl"), {});
  CHECK(history_file::create(where.at("1.jsonl")).error() == ec::system);
}
