#include "apps/shell/completion.hpp"

#include "apps/shell/inject_commands.hpp"
#include "apps/shell/readable.hpp"
#include "apps/shell/views.hpp"
#include "apps/shell/words.hpp"

#include <algorithm>
#include <iterator>
#include <span>

namespace troupe::apps::shell {

namespace {

std::vector<std::string> command_names() {
  auto result = std::vector<std::string>{};
  for (const auto& x : commands())
    result.emplace_back(x.name);
  return result;
}

std::vector<std::string> flag_names(const command& what) {
  auto result = std::vector<std::string>{};
  for (const auto& x : what.flags)
    result.emplace_back(x.name);
  return result;
}

/// What can stand behind `before`, a command and some arguments, when it begins with
/// `typed`.
std::vector<std::string> words_behind(
  std::span<const std::string> before, std::string_view typed, const name_source& names) {
  if (before.empty())
    return command_names();
  const auto* what = find_command(before.front());
  if (what == nullptr)
    return {};
  auto count = std::size_t{0};
  const flag* open = nullptr; // Its value comes next.
  for (const auto& word : before.subspan(1)) {
    const auto* given = open == nullptr ? find_flag(*what, word) : nullptr;
    count += open == nullptr && !word.starts_with("-") ? 1 : 0;
    open = given != nullptr && !given->value.empty() ? given : nullptr;
  }
  if (open != nullptr)
    return names(open->kind, typed);
  if (typed.starts_with("-"))
    return flag_names(*what);
  if (count >= what->parameters.size())
    return {};
  return names(what->parameters[count].kind, typed);
}

} // namespace

namespace {

std::vector<std::string> member_names(admin& node) {
  auto result = std::vector<std::string>{};
  if (const auto reply = node.ask(members_query{}))
    for (const auto& row : reply->members)
      result.push_back(row.name.value());
  return result;
}

/// The members, behind what is there of a list of them.
std::vector<std::string> targets(std::string_view typed, admin& node) {
  const auto begin = typed.find_last_of(",:/");
  const auto before
    = std::string{begin == std::string_view::npos ? "" : typed.substr(0, begin + 1)};
  auto result = member_names(node);
  for (auto& name : result)
    name.insert(0, before);
  return result;
}

std::vector<std::string> service_names(admin& node) {
  auto result = std::vector<std::string>{};
  if (const auto reply = node.ask(services_query{})) {
    for (const auto& row : reply->providers)
      result.push_back(row.service);
    for (const auto& row : reply->consumers)
      result.push_back(row.service);
  }
  return result;
}

std::vector<std::string> shard_numbers(admin& node) {
  auto result = std::vector<std::string>{};
  if (const auto reply = node.ask(shards_query{}))
    for (const auto& row : reply->shards)
      result.push_back(to_string(row.shard));
  return result;
}

/// As it is typed: without the "troupe_" of all names, unless that has been begun.
std::string_view as_typed(std::string_view name, std::string_view typed) {
  const auto begun = metric_prefix.starts_with(typed) || typed.starts_with(metric_prefix);
  if (!begun && name.starts_with(metric_prefix))
    name.remove_prefix(metric_prefix.size());
  return name;
}

std::vector<std::string> metric_names(std::string_view typed, admin& node) {
  auto result = std::vector<std::string>{};
  if (const auto reply = node.ask(stats_query{}))
    for (const auto& row : reply->rows)
      result.emplace_back(as_typed(row.name, typed));
  return result;
}

} // namespace

std::vector<std::string>
names_of(argument_kind kind, std::string_view typed, admin& node) {
  switch (kind) {
    case argument_kind::command:
      return command_names();
    case argument_kind::member:
      return member_names(node);
    case argument_kind::service:
      return service_names(node);
    case argument_kind::metric:
      return metric_names(typed, node);
    case argument_kind::shard:
      return shard_numbers(node);
    case argument_kind::fault:
      return fault_words();
    case argument_kind::target:
      return targets(typed, node);
    case argument_kind::method: // No node tells those of others.
    case argument_kind::fields:
    case argument_kind::data:
    case argument_kind::minutes:
    case argument_kind::value:
    case argument_kind::time:
      return {};
  }
  return {};
}

completion complete(std::string_view line, const name_source& names) {
  auto scanned = scan_line(line);
  auto typed = std::string{};
  if (scanned.open_begin < line.size()) {
    typed = std::move(scanned.words.back());
    scanned.words.pop_back();
  }
  auto result = completion{scanned.open_begin, {}};
  for (const auto& word : words_behind(scanned.words, typed, names))
    if (word.starts_with(typed))
      result.candidates.push_back(quote_word(printable(word)));
  auto& all = result.candidates;
  std::sort(all.begin(), all.end(), natural_less);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return result;
}

std::string common_beginning(const std::vector<std::string>& words) {
  if (words.empty())
    return {};
  auto size = words.front().size();
  for (const auto& word : words) {
    const auto end = std::mismatch(
      words.front().begin(), words.front().end(), word.begin(), word.end());
    size = std::min(
      size, static_cast<std::size_t>(std::distance(words.front().begin(), end.first)));
  }
  const auto within_character = [&](const std::string& word) {
    return size < word.size()
           && (static_cast<unsigned char>(word[size]) & 0xC0U) == 0x80U;
  };
  while (size > 0 && std::any_of(words.begin(), words.end(), within_character))
    --size;
  return words.front().substr(0, size);
}

} // namespace troupe::apps::shell
