#include "apps/shell/command.hpp"

#include "actors/base/config.hpp"
#include "apps/node/config_value.hpp"
#include "apps/node/nearest.hpp"
#include "apps/shell/data_views.hpp"
#include "apps/shell/inject_commands.hpp"
#include "apps/shell/views.hpp"
#include "apps/shell/words.hpp"
#include "router/resp/key_slot.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace troupe::apps::shell {

namespace {

constexpr auto minutes_flag = std::string_view{"--minutes"};
constexpr auto minutes_max = std::uint32_t{60}; // Nodes keep no more.

expected<std::uint32_t> read_minutes(const std::string& text) {
  const auto number = read_number(text, minutes_max);
  if (!number)
    return number.error();
  if (*number == 0)
    return fail(ec::invalid_argument, "0 minutes");
  return static_cast<std::uint32_t>(*number);
}

/// `show` of what the node answers to a Query.
template <class Query, class Show>
expected<answer> ask_and_show(admin& node, Show show) {
  const auto reply = node.ask(Query{});
  if (!reply)
    return reply.error();
  return show(*reply);
}

expected<answer> run_status(admin& node, const invocation&) {
  return ask_and_show<status_query>(node, view_status);
}

expected<answer> run_members(admin& node, const invocation& call) {
  return ask_and_show<members_query>(node, [&](const members_reply& x) {
    return view_members(x, node.node().id, call.first_argument());
  });
}

expected<answer> run_services(admin& node, const invocation&) {
  return ask_and_show<services_query>(node, view_services);
}

expected<answer> run_providers(admin& node, const invocation& call) {
  return ask_and_show<services_query>(node, [&](const services_reply& x) {
    return view_providers(x, call.first_argument());
  });
}

expected<answer> run_consumers(admin& node, const invocation& call) {
  return ask_and_show<services_query>(node, [&](const services_reply& x) {
    return view_consumers(x, call.first_argument());
  });
}

expected<answer> run_stats(admin& node, const invocation& call) {
  const auto minutes = call.flags.find(minutes_flag);
  const auto reply = node.ask(
    stats_query{minutes == call.flags.end() ? 0 : *read_minutes(minutes->second)});
  if (!reply)
    return reply.error();
  return view_stats(*reply, call.first_argument());
}

expected<answer> run_tree(admin& node, const invocation&) {
  return ask_and_show<tree_query>(node, view_tree);
}

expected<answer> run_call(admin& node, const invocation& call) {
  const auto& given = call.arguments;
  const auto command = call_command{
    given[0], given[1], given.size() > 2 ? given[2] : "{}",
    call.has_flag("--idempotent")};
  const auto reply = node.ask(command);
  if (!reply)
    return reply.error();
  return view_call(*reply);
}

expected<answer> run_shards(admin& node, const invocation& call) {
  return ask_and_show<shards_query>(
    node, [&](const shards_reply& x) { return view_shards(x, call.first_argument()); });
}

expected<answer> run_slots(admin& node, const invocation& call) {
  auto only = std::optional<slot>{};
  if (!call.arguments.empty())
    only = router::key_slot(call.first_argument());
  return ask_and_show<shards_query>(
    node, [&](const shards_reply& x) { return view_slots(x, only); });
}

/// The command in the words of Redis, which are those of the shell.
expected<answer> run_data(admin& node, const invocation& call) {
  auto command = data_command{{std::string{call.what->name}}};
  for (const auto& word : call.arguments)
    command.words.push_back(word);
  const auto reply = node.ask(command);
  if (!reply)
    return reply.error();
  return view_data(*reply);
}

expected<answer> run_leave(admin& node, const invocation&) {
  return ask_and_show<leave_command>(node, [&](const leave_reply&) {
    const auto name = node.node().name.value();
    return answer{{{"left", name}}, {{{}}, {{{name + " has left the cluster"}}}, {}}};
  });
}

std::string confirm_leave(const admin& node) {
  return node.node().name.value() + " will leave the cluster and end. Go on?";
}

/// Without its flags: the list is to fit on a screen.
std::string short_usage_of(const command& x) {
  auto result = std::string{x.name};
  for (const auto& each : x.parameters) {
    const auto name = std::string{each.name};
    result += each.required ? " " + name : " [" + name + "]";
  }
  return result;
}

answer help_on_all() {
  auto result = answer{json::array(), {{{}, {}}, {}, {}}};
  for (const auto& x : commands()) {
    result.value.push_back({{"command", usage_of(x)}, {"about", x.about}});
    result.text.rows.push_back({{short_usage_of(x)}, {std::string{x.about}}});
  }
  return result;
}

answer help_on(const command& x) {
  auto result = answer{
    {{"command", usage_of(x)}, {"about", x.about}, {"details", x.details}},
    {{{}}, {{{usage_of(x)}}, {{"  " + std::string{x.about} + "."}}}, {}}};
  for (auto rest = x.details; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    result.text.rows.push_back({{"  " + std::string{line}}});
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return result;
}

answer run_help(const invocation& call) {
  const auto* which = find_command(call.first_argument());
  return which != nullptr ? help_on(*which) : help_on_all();
}

/// About the cluster: any node answers the same, sooner or later.
std::vector<command> cluster_commands() {
  return {
    {"members",
     {{"NAME", argument_kind::member}},
     {},
     "who is in the cluster, as this node sees it",
     "STATE is alive, suspect (did not answer, may refute it), dead or left.\n"
     "INCARNATION counts the starts of the node. OPEN: this node has a link to it.",
     question_run{run_members}},
    {"services",
     {},
     {},
     "all services, with the number of their providers and consumers",
     "A service without providers is known only because somebody wants it.",
     question_run{run_services}},
    {"providers",
     {{"SERVICE", argument_kind::service}},
     {},
     "who provides each service, or one",
     "STATE is ready, drain (takes no new calls), hidden (its node is down) or\n"
     "unconfirmed (many vanished at once; still served).",
     question_run{run_providers}},
    {"consumers",
     {{"SERVICE", argument_kind::service}},
     {},
     "who consumes each service, or one",
     "",
     question_run{run_consumers}},
    {"call",
     {{"SERVICE", argument_kind::service, true},
      {"METHOD", argument_kind::method, true},
      {"JSON", argument_kind::fields}},
     {{"--idempotent"}},
     "call a method of a service",
     "JSON has the request's fields: call shop.Inventory Stock {\"item\": \"7\"}. "
     "Without\n"
     "it the request is empty. --idempotent: running it twice is as good as once, so it "
     "is\n"
     "tried again at another provider when one dies.",
     effect_run{run_call}},
  };
}

/// About the node that is asked.
std::vector<command> node_commands() {
  return {
    {"shards",
     {{"SHARD", argument_kind::shard}},
     {},
     "all shards or one, with masters, slots and how far each replica is",
     "Shard 0 is the catalog. DURABLE, COMMIT and APPLIED are log sequence numbers; LAG "
     "is\n"
     "how many records of the master's log are not on the replica's disk yet.",
     question_run{run_shards}},
    {"slots",
     {{"KEY", argument_kind::data}},
     {},
     "which shard and master own which slots, or the slot of a key",
     "A key's slot is CRC16 of what is between its first { and the next }, or of all of "
     "it.",
     question_run{run_slots}},
    {"get",
     {{"KEY", argument_kind::data, true}},
     {},
     "read a key",
     "Reads at the master of the key's shard, as a Redis client would.",
     question_run{run_data}},
    {"set",
     {{"KEY", argument_kind::data, true}, {"VALUE", argument_kind::data, true}},
     {},
     "write a key",
     "Answers when the write is as durable as the cluster's ack mode says.",
     effect_run{run_data}},
    {"del",
     {{"KEY", argument_kind::data, true}},
     {},
     "delete a key; answers how many there were",
     "",
     effect_run{run_data}},
    {"stats",
     {{"PREFIX", argument_kind::metric}},
     {{minutes_flag, "N", argument_kind::minutes}},
     "this node's metrics, or those whose name begins with a prefix",
     "The 'troupe_' before every name need not be typed: 'stats link'. Of a histogram,\n"
     "VALUE is the count. With --minutes they are of the last N minutes and what runs "
     "of\n"
     "this one: what was added, how much a minute, and the quantiles of that time "
     "alone.\n"
     "A node keeps an hour.",
     question_run{run_stats}},
    {"tree",
     {},
     {},
     "this node's supervisors and actors, with their state and restarts",
     "",
     question_run{run_tree}},
    {"status",
     {},
     {},
     "this node: identity, cluster, phase",
     "PHASE is founding, joining, ready or leaving.",
     question_run{run_status}},
    {"leave",
     {},
     {{"--yes"}},
     "make this node leave the cluster and end",
     "Asks first on a terminal, unless --yes is given. Returns when the others know.",
     action_run{run_leave, confirm_leave, true}},
  };
}

std::vector<command> shell_commands() {
  return {
    {"help",
     {{"COMMAND", argument_kind::command}},
     {},
     "all commands, or more about one",
     "",
     local_run{run_help}},
    {"quit", {}, {}, "leave the shell; so does Ctrl-D", "", quit_run{}},
  };
}

std::vector<command> make_commands() {
  auto result = cluster_commands();
  for (const auto& more : {node_commands(), inject_commands(), shell_commands()})
    result.insert(result.end(), more.begin(), more.end());
  return result;
}

error misuse(std::string what) { return fail(ec::invalid_argument, std::move(what)); }

/// "; did you mean x?", or nothing.
std::string suggestion(const std::string& wrong, std::span<const std::string> right) {
  const auto guess = nearest(wrong, right);
  return guess.empty() ? "" : "; did you mean " + guess + "?";
}

error unknown_command(const std::string& name) {
  auto names = std::vector<std::string>{};
  for (const auto& x : commands())
    names.emplace_back(x.name);
  const auto hint = suggestion(name, names);
  return misuse(
    "unknown command '" + name + "'" + (hint.empty() ? "; 'help' lists all" : hint));
}

error unknown_flag(const command& what, const std::string& wrong) {
  auto flags = std::vector<std::string>{};
  for (const auto& each : what.flags)
    flags.emplace_back(each.name);
  return misuse(
    std::string{what.name} + " has no flag '" + wrong + "'" + suggestion(wrong, flags));
}

error check_value(argument_kind kind, const std::string& text) {
  if (kind == argument_kind::command && find_command(text) == nullptr)
    return unknown_command(text);
  if (kind == argument_kind::fields && !json::accept(text))
    return misuse("'" + text + R"(' is not JSON; write it as {"field": "value"})");
  if (kind == argument_kind::minutes && !read_minutes(text))
    return misuse(
      "'" + text + "' is not a number of minutes from 1 to "
      + std::to_string(minutes_max));
  if (kind == argument_kind::time)
    if (const auto time = parse_duration(text); !time)
      return misuse(sentence_of(time.error()));
  return {};
}

/// Whether `word` is a flag where `call` ends so far. Keys and values may begin with
/// anything.
bool is_flag(std::string_view word, const invocation& call) {
  const auto& parameters = call.what->parameters;
  const auto next = call.arguments.size();
  const auto is_data
    = next < parameters.size() && parameters[next].kind == argument_kind::data;
  return word.starts_with("-") && !is_data;
}

/// Takes the flag that `rest` begins with, and its value, into `call`.
error take_flag(std::span<std::string>& rest, invocation& call) {
  const auto name = rest.front();
  const auto* found = find_flag(*call.what, name);
  if (found == nullptr)
    return unknown_flag(*call.what, name);
  const auto takes_value = !found->value.empty();
  if (takes_value && rest.size() == 1)
    return misuse(
      name + " needs " + std::string{found->value}
      + "; the form is: " + usage_of(*call.what));
  auto value = takes_value ? rest[1] : std::string{};
  if (takes_value)
    if (auto trouble = check_value(found->kind, value))
      return trouble;
  call.flags[name] = std::move(value);
  rest = rest.subspan(takes_value ? 2 : 1);
  return {};
}

error check(const invocation& call) {
  const auto& what = *call.what;
  if (call.arguments.size() > what.parameters.size())
    return misuse(
      "'" + call.arguments[what.parameters.size()]
      + "' is too much; the form is: " + usage_of(what));
  for (std::size_t i = 0; i < what.parameters.size(); ++i) {
    const auto& parameter = what.parameters[i];
    if (i < call.arguments.size()) {
      if (auto trouble = check_value(parameter.kind, call.arguments[i]))
        return trouble;
    } else if (parameter.required) {
      return misuse(
        std::string{what.name} + " needs " + std::string{parameter.name}
        + "; the form is: " + usage_of(what));
    }
  }
  return what.check == nullptr ? error{} : what.check(call);
}

} // namespace

bool invocation::has_flag(std::string_view name) const { return flags.contains(name); }

std::string invocation::first_argument() const {
  return arguments.empty() ? "" : arguments.front();
}

std::span<const command> commands() {
  static const auto table = make_commands();
  return table;
}

const command* find_command(std::string_view name) {
  const auto table = commands();
  const auto found = std::find_if(
    table.begin(), table.end(), [&](const command& x) { return x.name == name; });
  return found == table.end() ? nullptr : &*found;
}

const flag* find_flag(const command& what, std::string_view name) {
  const auto found = std::ranges::find(what.flags, name, &flag::name);
  return found == what.flags.end() ? nullptr : &*found;
}

std::string usage_of(const command& x) {
  auto result = short_usage_of(x);
  for (const auto& each : x.flags) {
    const auto value = each.value.empty() ? "" : " " + std::string{each.value};
    result += " [" + std::string{each.name} + value + "]";
  }
  return result;
}

expected<invocation> parse_line(std::string_view line) {
  auto words = split_words(line);
  if (!words)
    return words.error();
  if (words->empty())
    return misuse("no command; 'help' lists all");
  auto result = invocation{find_command(words->front()), {}, {}};
  if (result.what == nullptr)
    return unknown_command(words->front());
  auto rest = std::span{*words}.subspan(1);
  while (!rest.empty())
    if (!is_flag(rest.front(), result)) {
      result.arguments.push_back(rest.front());
      rest = rest.subspan(1);
    } else if (auto trouble = take_flag(rest, result)) {
      return trouble;
    }
  if (auto trouble = check(result))
    return trouble;
  return result;
}

bool is_blank_line(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line[first] == '#';
}

} // namespace troupe::apps::shell
