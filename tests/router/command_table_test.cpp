#include "router/resp/command_table.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace troupe::router;

namespace {

using words = std::vector<std::string_view>;

std::string trouble_of(const words& request) { return look_up_command(request).trouble; }

std::vector<std::string> keys_of(const words& request) {
  auto found = look_up_command(request);
  REQUIRE(found.spec != nullptr);
  auto result = std::vector<std::string>{};
  for_each_key(
    *found.spec, request, [&](std::string_view key) { result.emplace_back(key); });
  return result;
}

} // namespace

TEST_CASE("command_table: finds each of its rows by name, in any case") {
  for (const auto& x : all_commands()) {
    CHECK(find_command(x.name) == &x);
    CHECK(std::ranges::is_sorted(x.subcommands, {}, &command_spec::name));
    for (const auto& sub : x.subcommands)
      CHECK(find_subcommand(x, sub.name.substr(x.name.size() + 1)) == &sub);
  }
  CHECK(find_command("GeTeX")->id == command_id::getex);
  CHECK(find_command("ge") == nullptr);
  CHECK(find_command("getexx") == nullptr);
  CHECK(find_command("") == nullptr);
}

TEST_CASE("command_table: no two rows have one number, and kinds agree with numbers") {
  auto ids = std::set<command_id>{};
  for (const auto& x : all_commands()) {
    CHECK(ids.insert(x.id).second);
    for (const auto& sub : x.subcommands)
      CHECK(ids.insert(sub.id).second);
    CHECK(is_read(x.id) == (x.kind == command_kind::read));
    CHECK(is_write(x.id) == (x.kind == command_kind::write));
    CHECK(x.is_data() == (x.keys.first > 0));
  }
}

TEST_CASE("command_table: looks subcommands up by both names") {
  CHECK(look_up_command(words{"CLUSTER", "Slots"}).spec->id == command_id::cluster_slots);
  CHECK(look_up_command(words{"COMMAND"}).spec->id == command_id::command);
}

TEST_CASE("command_table: says what is wrong in Redis's words") {
  CHECK(
    trouble_of({"nosuch", "a", "b"})
    == "ERR unknown command 'nosuch', with args beginning with: 'a' 'b' ");
  CHECK(
    trouble_of({"nosuch"}) == "ERR unknown command 'nosuch', with args beginning with: ");
  CHECK(trouble_of({"GET"}) == "ERR wrong number of arguments for 'get' command");
  CHECK(
    trouble_of({"get", "a", "b"}) == "ERR wrong number of arguments for 'get' command");
  CHECK(trouble_of({"del"}) == "ERR wrong number of arguments for 'del' command");
  CHECK(
    trouble_of({"MSET", "a", "1", "b"})
    == "ERR wrong number of arguments for 'mset' command");
  CHECK(trouble_of({"CLUSTER"}) == "ERR wrong number of arguments for 'cluster' command");
  CHECK(
    trouble_of({"CLUSTER", "FOO"}) == "ERR unknown subcommand 'FOO'. Try CLUSTER HELP.");
  CHECK(
    trouble_of({"cluster", "keyslot"})
    == "ERR wrong number of arguments for 'cluster|keyslot' command");
}

TEST_CASE("command_table: quotes no more than 128 bytes of a command's arguments") {
  auto name = std::string(200, 'n');
  auto argument = std::string(200, 'a');
  auto text = trouble_of({name, argument, argument});
  CHECK(
    text
    == "ERR unknown command '" + std::string(128, 'n') + "', with args beginning with: '"
         + std::string(128, 'a') + "' ");
}

TEST_CASE("command_table: keys are where the table says") {
  CHECK(keys_of({"get", "a"}) == std::vector<std::string>{"a"});
  CHECK(keys_of({"set", "a", "1", "EX", "9"}) == std::vector<std::string>{"a"});
  CHECK(keys_of({"del", "a", "b", "c"}) == std::vector<std::string>{"a", "b", "c"});
  CHECK(keys_of({"mset", "a", "1", "b", "2"}) == std::vector<std::string>{"a", "b"});
  CHECK(keys_of({"ping"}).empty());
}
