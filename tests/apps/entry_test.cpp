#include "apps/entry.hpp"

#include <chrono>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::apps {

namespace {

using namespace std::chrono_literals;

/// What is written to `stream` while this lives.
class captured {
public:
  explicit captured(std::ostream& stream)
      : stream_{&stream}, before_{stream.rdbuf(text_.rdbuf())} {}
  captured(const captured&) = delete;
  captured& operator=(const captured&) = delete;
  ~captured() { stream_->rdbuf(before_); }

  [[nodiscard]] bool has(const std::string& text) const {
    return text_.str().find(text) != std::string::npos;
  }

private:
  std::ostringstream text_;
  std::ostream* stream_;
  std::streambuf* before_;
};

/// A program with one command of its own.
struct entry_fixture {
  int run(std::vector<std::string> words) {
    words.insert(words.begin(), "mall");
    auto arguments = std::vector<char*>{};
    for (auto& word : words)
      arguments.push_back(word.data());
    return apps::run(static_cast<int>(arguments.size()), arguments.data(), program);
  }

  bool quick = false;
  std::uint32_t buyers = 64;
  std::chrono::milliseconds patience = 20s;
  actors::address connect{"127.0.0.1", 7400};
  int runs = 0;
  expected<int> result = 0;
  app program{
    .name = "mall",
    .commands = {
      {.name = "sale",
       .about = "sell everything",
       .flags
       = {{"--quick", "", "do not wait", &quick}, {"--buyers", "N", "who buy", &buyers}, {"--patience", "TIME", "how long", &patience}, {"--connect", "HOST:PORT", "a node", &connect}},
       .run = [this] {
         ++runs;
         return result;
       }}}};
  captured out{std::cout};
  captured errors{std::cerr};
};

} // namespace

TEST_CASE_FIXTURE(entry_fixture, "entry: an app's own command runs with its flags") {
  CHECK(
    run({"sale", "--buyers", "3", "--patience", "5 s", "--connect=h:1", "--quick"}) == 0);
  CHECK(runs == 1);
  CHECK(buyers == 3);
  CHECK(patience == 5s);
  CHECK(connect == actors::address{"h", 1});
  CHECK(quick);
}

TEST_CASE_FIXTURE(entry_fixture, "entry: flags that are not given keep their defaults") {
  CHECK(run({"sale"}) == 0);
  CHECK(buyers == 64);
  CHECK(patience == 20s);
  CHECK_FALSE(quick);
}

TEST_CASE_FIXTURE(
  entry_fixture, "entry: a bad flag of an app's command is named, nothing runs") {
  CHECK(run({"sale", "--patience", "5"}) == 2);
  CHECK(errors.has("mall: invalid_argument: --patience: "));
  CHECK(run({"sale", "--buyer", "5"}) == 2);
  CHECK(errors.has("unknown argument '--buyer'; did you mean --buyers?"));
  CHECK(runs == 0);
}

TEST_CASE_FIXTURE(entry_fixture, "entry: an app's command decides the exit code") {
  result = 7;
  CHECK(run({"sale"}) == 7);
  result = fail(ec::unreachable, "nobody is there");
  CHECK(run({"sale"}) == 1);
  CHECK(errors.has("mall: unreachable: nobody is there"));
  result = fail(ec::invalid_argument, "too few");
  CHECK(run({"sale"}) == 2);
}

TEST_CASE_FIXTURE(
  entry_fixture, "entry: help shows an app's commands beside those of troupe") {
  CHECK(run({"--help"}) == 0);
  CHECK(out.has("sale"));
  CHECK(out.has("sell everything"));
  CHECK(out.has("shell"));
  CHECK(run({"sale", "--help"}) == 0);
  CHECK(out.has("how long [20 s]"));
  CHECK(runs == 0);
}

TEST_CASE_FIXTURE(entry_fixture, "entry: a mistyped command of an app is guessed") {
  CHECK(run({"slae"}) == 2);
  CHECK(errors.has("did you mean sale?"));
}

} // namespace troupe::apps
