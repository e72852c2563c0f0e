/// The commands of the shell, as data: names, arguments, help, and what each runs.
///
/// A new command is a row of the table in command.cpp and a function beside it; parsing,
/// help, completion and suggestions follow from the row.
#pragma once

#include "actors/base/error.hpp"
#include "apps/shell/admin.hpp"
#include "apps/shell/answer.hpp"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::apps::shell {

/// What an argument names; it tells what can complete it.
enum class argument_kind {
  command,
  member,
  service,
  method,
  metric,
  fields,
  shard,
  data,
  minutes,
  fault,  ///< A kind of fault, or `list`.
  target, ///< Whom a fault strikes: names with `,`, `:` and `/` between them.
  value,  ///< Of a fault.
  time
};

struct parameter {
  std::string_view name; ///< As help shows it: NAME.
  argument_kind kind;
  bool required = false; ///< Those that are come first.
};

struct flag {
  std::string_view name; ///< "--yes"
  /// What it takes, as help shows it: N. Empty: nothing.
  std::string_view value{};
  argument_kind kind{}; ///< Of its value.
};

struct invocation;

/// Answers without a node.
using local_run = answer (*)(const invocation& call);
/// Asks a node. May be run again, at another node, when the first one dies.
using question_run = expected<answer> (*)(admin& node, const invocation& call);

/// Changes a node. Never run at another node than the person saw, nor twice.
struct action_run {
  expected<answer> (*run)(admin& node, const invocation& call);
  /// What to ask on a terminal before, unless --yes is given.
  std::string (*confirmation)(const admin& node);
  bool ends_node; ///< Its process ends when it has answered.
};

/// Has an effect through whatever node there is. Never run twice.
struct effect_run {
  expected<answer> (*run)(admin& node, const invocation& call);
};

/// Ends the shell.
struct quit_run {};

struct command {
  std::string_view name;
  std::vector<parameter> parameters;
  std::vector<flag> flags;
  std::string_view about;   ///< A line without a full stop.
  std::string_view details; ///< Whole sentences, in lines; may be empty.
  std::variant<local_run, question_run, action_run, effect_run, quit_run> run;
  /// Of arguments together, once each of them is right; null: nothing more.
  error (*check)(const invocation& call) = nullptr;
};

/// A command with its arguments.
struct invocation {
  const command* what = nullptr;
  std::vector<std::string> arguments;
  /// Those that were given, with their values.
  std::map<std::string, std::string, std::less<>> flags;

  [[nodiscard]] bool has_flag(std::string_view name) const;

  /// The first argument, or empty.
  [[nodiscard]] std::string first_argument() const;
};

/// All commands, in the order in which help lists them.
[[nodiscard]] std::span<const command> commands();

/// Null when there is none.
[[nodiscard]] const command* find_command(std::string_view name);

/// Null when it has none of that name.
[[nodiscard]] const flag* find_flag(const command& what, std::string_view name);

/// "members [NAME]", "call SERVICE METHOD [JSON]"
[[nodiscard]] std::string usage_of(const command& x);

/// Reads a line that is not blank. Fails with ec::invalid_argument, naming what is wrong
/// and the nearest right word.
[[nodiscard]] expected<invocation> parse_line(std::string_view line);

/// Whether `line` has nothing to run: it is blank or a comment (#).
[[nodiscard]] bool is_blank_line(std::string_view line);

} // namespace troupe::apps::shell
