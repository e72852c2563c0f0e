#include "router/resp/command_table.hpp"
#include "router/resp/data_command.hpp"
#include "router/resp/inline_request.hpp"
#include "router/resp/key_slot.hpp"
#include "router/resp/reply.hpp"
#include "router/resp/string_evaluator.hpp"

#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::router;
using storage::row;

namespace {

constexpr auto noon = std::uint64_t{1'795'785'762'104};

class rows_in_memory final : public storage::row_view {
public:
  std::optional<row> get(slot in, std::string_view key) const override {
    ++looked_up_;
    auto found = rows_.find({in, std::string{key}});
    return found == rows_.end() ? std::nullopt : std::optional{found->second};
  }

  void scan(slot, std::string_view, const storage::row_visitor&) const override {
    FAIL("no command scans");
  }

  void apply(slot in, const std::vector<storage::effect>& effects) {
    for (const auto& x : effects) {
      if (x.value)
        rows_[{in, x.key}] = *x.value;
      else
        rows_.erase({in, x.key});
    }
  }

  [[nodiscard]] std::size_t looked_up() const { return looked_up_; }

private:
  std::map<std::pair<slot, std::string>, row> rows_;
  mutable std::size_t looked_up_ = 0;
};

/// A shard, and the door before it.
struct string_evaluator_fixture {
  string_evaluator commands{{.value_max = {100}, .reply_max = {100}}};
  rows_in_memory rows;
  slot in = key_slot("{k}");
  std::uint64_t now = noon;
  std::vector<storage::effect> effects; ///< Of the last write.

  static storage::command encoded(std::string line) {
    auto parts = std::vector<std::string_view>{};
    REQUIRE(split_inline(line, parts));
    auto found = look_up_command(parts);
    REQUIRE(found.spec != nullptr);
    return encode(std::get<data_command>(parse_data_command(*found.spec, parts)));
  }

  std::string write(const std::string& line) {
    auto done = commands.evaluate(encoded(line), in, rows, now);
    effects = std::move(done.effects);
    rows.apply(in, effects);
    return done.reply;
  }

  std::optional<std::string> query(const std::string& line) const {
    return commands.query(encoded(line), in, rows, now);
  }

  /// As a door would have it answered.
  std::string reply_to(const std::string& line) {
    auto copy = line;
    auto parts = std::vector<std::string_view>{};
    REQUIRE(split_inline(copy, parts));
    auto found = look_up_command(parts);
    if (found.spec == nullptr)
      return error_reply(found.trouble);
    auto parsed = parse_data_command(*found.spec, parts);
    if (const auto* wrong = std::get_if<command_syntax_error>(&parsed))
      return error_reply(wrong->text);
    if (is_write(found.spec->id))
      return write(line);
    auto reply = query(line);
    return reply ? *reply : write(line);
  }
};

std::string escaped(std::string_view text) {
  auto result = std::string{};
  for (auto c : text) {
    if (c == '\r')
      result += "\\r";
    else if (c == '\n')
      result += "\\n";
    else
      result += c;
  }
  return result;
}

/// Keys of the effects, "-" before those deleted.
std::string summary(const std::vector<storage::effect>& effects) {
  auto result = std::string{};
  for (const auto& x : effects)
    result += (result.empty() ? "" : " ") + std::string{x.value ? "" : "-"} + x.key;
  return result;
}

} // namespace

TEST_CASE("string_evaluator: replies what Redis 7 was recorded to reply") {
  auto file = std::ifstream{TROUPE_SOURCE_DIR "/tests/router/redis_replies.txt"};
  auto shard = std::optional<string_evaluator_fixture>{};
  auto section = std::string{};
  auto command = std::string{};
  auto count = 0;
  for (auto line = std::string{}; std::getline(file, line);) {
    if (line.starts_with("# ")) {
      shard.emplace();
      section = line;
    } else if (line.starts_with("> ")) {
      command = line.substr(2);
    } else if (line.starts_with("< ")) {
      CAPTURE(section);
      CAPTURE(command);
      CHECK(escaped(shard->reply_to(command)) == line.substr(2));
      ++count;
    }
  }
  CHECK(count > 200);
}

TEST_CASE_FIXTURE(
  string_evaluator_fixture, "string_evaluator: a plain SET looks at no row") {
  CHECK(write("SET {k}a 1 EX 10") == "+OK\r\n");
  CHECK(write("MSET {k}a 1 {k}b 2") == "+OK\r\n");
  CHECK(rows.looked_up() == 0);
}

TEST_CASE_FIXTURE(
  string_evaluator_fixture,
  "string_evaluator: there is one effect for each changed key") {
  write("MSET {k}a 1 {k}b 2 {k}a 3");
  CHECK(summary(effects) == "{k}a {k}b");
  write("DEL {k}b {k}none {k}b");
  CHECK(summary(effects) == "-{k}b");
  write("EXPIRE {k}a 10");
  CHECK(effects.at(0).value == row{string_row, 0, noon + 10'000, "3"});
}

TEST_CASE_FIXTURE(
  string_evaluator_fixture, "string_evaluator: what changes nothing has no effects") {
  write("SET {k}a x");
  for (const auto* line :
       {"SET {k}a 1 NX", "SET {k}b 1 XX", "SETNX {k}a 1", "MSETNX {k}b 1 {k}a 1",
        "INCR {k}a", "PERSIST {k}a", "EXPIRE {k}b 1", "GETDEL {k}b", "GETEX {k}a",
        "DEL {k}b", "SET {k}a 1 PX 9223372036854775807", "GET {k}a"}) {
    write(line);
    CAPTURE(line);
    CHECK(effects.empty());
  }
}

TEST_CASE_FIXTURE(
  string_evaluator_fixture,
  "string_evaluator: a row is there until the moment of its expiry") {
  write("SET {k}a 1 PX 100");
  now += 99;
  CHECK(query("GET {k}a") == "$1\r\n1\r\n");
  CHECK(query("PTTL {k}a") == ":1\r\n");
  now += 1;
  CHECK(query("GET {k}a") == std::nullopt);
}

TEST_CASE_FIXTURE(
  string_evaluator_fixture,
  "string_evaluator: a read that meets an expired row is written as its delete") {
  write("MSET {k}a 1 {k}b 2");
  write("PEXPIRE {k}b 100");
  now += 100;
  CHECK(query("MGET {k}a {k}b {k}b") == std::nullopt);
  CHECK(write("MGET {k}a {k}b {k}b") == "*3\r\n$1\r\n1\r\n$-1\r\n$-1\r\n");
  CHECK(summary(effects) == "-{k}b");
  CHECK(query("MGET {k}a {k}b") == "*2\r\n$1\r\n1\r\n$-1\r\n");
}

TEST_CASE_FIXTURE(
  string_evaluator_fixture, "string_evaluator: each read gives way to an expired row") {
  for (const auto* command :
       {"GET", "MGET", "EXISTS", "STRLEN", "TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME",
        "TYPE"}) {
    write("SET {k}a 1 PX 1");
    now += 1;
    CAPTURE(command);
    CHECK(query(command + std::string{" {k}a"}) == std::nullopt);
    write(command + std::string{" {k}a"});
    CHECK(summary(effects) == "-{k}a");
  }
}

TEST_CASE_FIXTURE(
  string_evaluator_fixture, "string_evaluator: to a write an expired row is no row") {
  auto expired = [&] {
    write("SET {k}a 41 PX 1");
    now += 1;
  };
  expired();
  CHECK(write("INCR {k}a") == ":1\r\n");
  CHECK(effects.at(0).value->expire_at_ms == 0);
  expired();
  CHECK(write("SET {k}a 1 NX") == "+OK\r\n");
  expired();
  CHECK(write("SET {k}a 1 XX") == "$-1\r\n");
  CHECK(summary(effects) == "-{k}a");
  expired();
  CHECK(write("SET {k}a 1 KEEPTTL GET") == "$-1\r\n");
  CHECK(effects.at(0).value->expire_at_ms == 0);
  expired();
  CHECK(write("DEL {k}a {k}a") == ":0\r\n");
  CHECK(summary(effects) == "-{k}a");
  expired();
  CHECK(write("PERSIST {k}a") == ":0\r\n");
  expired();
  CHECK(write("EXPIRE {k}a 10") == ":0\r\n");
  expired();
  CHECK(write("MSETNX {k}a 1 {k}b 1") == ":1\r\n");
}

TEST_CASE_FIXTURE(
  string_evaluator_fixture, "string_evaluator: a value grows up to its limit") {
  write("APPEND {k}a " + std::string(99, 'x'));
  CHECK(write("APPEND {k}a y") == ":100\r\n");
  CHECK(
    write("APPEND {k}a z")
    == "-ERR string exceeds maximum allowed size (door.bulk_max)\r\n");
  CHECK(effects.empty());
  CHECK(write("STRLEN {k}a") == ":100\r\n");
}

TEST_CASE_FIXTURE(
  string_evaluator_fixture, "string_evaluator: a reply grows up to its limit") {
  write("SET {k}a " + std::string(40, 'x'));
  CHECK(query("MGET {k}a {k}a")->starts_with("*2\r\n"));
  CHECK(query("MGET {k}a {k}a {k}a")->starts_with("-ERR the values exceed 100 B"));
}

TEST_CASE_FIXTURE(
  string_evaluator_fixture,
  "string_evaluator: rows of another type are named, not read or changed") {
  constexpr auto wrong
    = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
  rows.apply(in, {{"{k}h", row{7, 1, 0, "9"}}});
  for (const auto* line :
       {"STRLEN {k}h", "GETDEL {k}h", "GETEX {k}h PERSIST", "GETSET {k}h 1",
        "SET {k}h 1 GET", "APPEND {k}h 1", "INCR {k}h", "GET {k}h"}) {
    CAPTURE(line);
    CHECK(write(line) == wrong);
    CHECK(effects.empty());
  }
  CHECK(query("MGET {k}h") == "*1\r\n$-1\r\n");
  CHECK(query("TYPE {k}h") == "+unknown\r\n");
  CHECK(query("EXISTS {k}h") == ":1\r\n");
  CHECK(write("EXPIRE {k}h 10") == ":1\r\n");
  CHECK(effects.at(0).value->type == 7);
  CHECK(write("SET {k}h 1") == "+OK\r\n");
  CHECK(query("TYPE {k}h") == "+string\r\n");
}

TEST_CASE_FIXTURE(
  string_evaluator_fixture, "string_evaluator: bytes that are no command are refused") {
  auto refused = "-ERR malformed command, or of a version that this node lacks\r\n";
  CHECK(commands.evaluate({""}, in, rows, now).reply == refused);
  CHECK(commands.query({"\xff"}, in, rows, now) == refused);
  CHECK(commands.query(encoded("SET {k}a 1"), in, rows, now) == refused);
}

TEST_CASE_FIXTURE(
  string_evaluator_fixture,
  "string_evaluator: a key of another slot is refused, whoever sends it") {
  auto done = commands.evaluate(encoded("MSET {k}a 1 foo 1"), in, rows, now);
  CHECK(done.reply.starts_with("-ERR malformed command"));
  CHECK(done.effects.empty());
}

TEST_CASE("string_evaluator: limits out of range are named") {
  CHECK_FALSE(string_evaluator_config{}.validate());
  CHECK(string_evaluator_config{.value_max = {0}}.validate() == ec::invalid_config);
}
