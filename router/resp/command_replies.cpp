#include "router/resp/command_replies.hpp"

#include "router/resp/door_info.hpp"
#include "router/resp/letter_case.hpp"
#include "router/resp/reply.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace troupe::router {

namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  auto result = std::vector<std::string_view>{};
  while (!text.empty()) {
    auto end = std::min(text.find(' '), text.size());
    result.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

void put_words(std::string& out, const std::vector<std::string_view>& words) {
  put_array(out, words.size());
  for (const auto& x : words)
    put_simple(out, x);
}

/// The categories of access lists that follow from flags and group.
std::vector<std::string_view> categories_of(const command_spec& x) {
  auto flags = words_of(x.flags);
  auto has = [&](std::string_view flag) {
    return std::ranges::find(flags, flag) != flags.end();
  };
  auto result = std::vector<std::string_view>{};
  if (x.is_data())
    result.emplace_back(x.group == "string" ? "@string" : "@keyspace");
  if (x.kind == command_kind::read)
    result.emplace_back("@read");
  if (x.kind == command_kind::write)
    result.emplace_back("@write");
  if (has("admin"))
    result.emplace_back("@admin");
  result.emplace_back(has("fast") ? "@fast" : "@slow");
  if (x.kind == command_kind::connection)
    result.emplace_back("@connection");
  if (has("admin") || x.id == command_id::info)
    result.emplace_back("@dangerous");
  return result;
}

void put_info(std::string& out, const command_spec& x) {
  put_array(out, 10);
  put_bulk(out, x.name);
  put_integer(out, x.arity);
  put_words(out, words_of(x.flags));
  put_integer(out, x.keys.first);
  put_integer(out, x.keys.last);
  put_integer(out, x.keys.step);
  put_words(out, categories_of(x));
  put_array(out, 0); // Tips.
  put_array(out, 0); // Key specifications: the positions above say it all.
  put_array(out, x.subcommands.size());
  for (const auto& sub : x.subcommands)
    put_info(out, sub);
}

void put_docs(std::string& out, const command_spec& x) {
  put_bulk(out, x.name);
  put_array(out, x.subcommands.empty() ? 6 : 8);
  put_bulk(out, "summary");
  put_bulk(out, x.summary);
  put_bulk(out, "since");
  put_bulk(out, x.since);
  put_bulk(out, "group");
  put_bulk(out, x.group);
  if (x.subcommands.empty())
    return;
  put_bulk(out, "subcommands");
  put_array(out, 2 * x.subcommands.size());
  for (const auto& sub : x.subcommands)
    put_docs(out, sub);
}

/// A name costs a few bytes to ask for, and some hundred to answer.
constexpr std::size_t name_count_max = 1'024;

std::string too_many_names() {
  return error_reply("ERR too many names; ask for 1024 at a time");
}

/// A command, or a subcommand as "container|subcommand".
const command_spec* find_by_full_name(std::string_view name) {
  auto bar = name.find('|');
  const auto* found = find_command(name.substr(0, bar));
  if (found == nullptr || bar == std::string_view::npos)
    return found;
  return find_subcommand(*found, name.substr(bar + 1));
}

} // namespace

std::string command_info_reply(request_arguments names) {
  if (names.size() > name_count_max)
    return too_many_names();
  auto result = std::string{};
  if (names.empty()) {
    put_array(result, all_commands().size());
    for (const auto& x : all_commands())
      put_info(result, x);
    return result;
  }
  put_array(result, names.size());
  for (const auto& name : names) {
    if (const auto* found = find_by_full_name(name))
      put_info(result, *found);
    else
      put_nil(result);
  }
  return result;
}

std::string command_docs_reply(request_arguments names) {
  if (names.size() > name_count_max)
    return too_many_names();
  auto body = std::string{};
  auto count = std::size_t{0};
  auto put = [&](const command_spec& x) {
    put_docs(body, x);
    ++count;
  };
  if (names.empty())
    std::ranges::for_each(all_commands(), put);
  for (const auto& name : names) {
    if (const auto* found = find_by_full_name(name))
      put(*found);
  }
  auto result = std::string{};
  put_array(result, 2 * count);
  return result + body;
}

std::string command_list_reply(request_arguments filter) {
  auto pattern = std::string{"*"};
  if (!filter.empty()) {
    if (
      filter.size() != 3 || !equals_ignoring_case(filter[0], "filterby")
      || !equals_ignoring_case(filter[1], "pattern"))
      return error_reply("ERR syntax error");
    pattern = lower_case(filter[2]);
  }
  auto names = std::vector<std::string_view>{};
  for (const auto& x : all_commands()) {
    if (matches_pattern(pattern, x.name))
      names.push_back(x.name);
  }
  auto result = std::string{};
  put_array(result, names.size());
  for (const auto& name : names)
    put_bulk(result, name);
  return result;
}

std::string command_getkeys_reply(request_arguments request) {
  if (find_command(request[0]) == nullptr)
    return error_reply("ERR Invalid command specified");
  auto found = look_up_command(request);
  if (found.spec == nullptr)
    return error_reply("ERR Invalid number of arguments specified for command");
  if (found.spec->keys.first == 0)
    return error_reply("ERR The command has no key arguments");
  auto keys = std::vector<std::string_view>{};
  for_each_key(*found.spec, request, [&](std::string_view key) { keys.push_back(key); });
  auto result = std::string{};
  put_array(result, keys.size());
  for (const auto& key : keys)
    put_bulk(result, key);
  return result;
}

} // namespace troupe::router
