#include "apps/app_command_line.hpp"

#include "actors/base/assert.hpp"
#include "apps/node/config_value.hpp"

#include <type_traits>

#include <CLI/CLI.hpp>

namespace troupe::apps {

namespace {

CLI::Option* add(CLI::App& command, const app_flag& flag) {
  if (std::holds_alternative<bool*>(flag.into))
    return command.add_flag(flag.name, flag.about);
  const auto print = [](const auto* value) { return print_value(*value); };
  const auto about = flag.about + " [" + std::visit(print, flag.into) + "]";
  return command.add_option(flag.name, about)->type_name(flag.value)->expected(1);
}

error take(const CLI::Option& option, const app_flag& flag) {
  if (option.count() == 0)
    return {};
  return std::visit(
    [&](auto* value) -> error {
      if constexpr (std::is_same_v<decltype(value), bool*>)
        *value = true;
      else if (const auto why = read_value(option.results().front(), *value))
        return fail(ec::invalid_argument, flag.name + ": " + sentence_of(why));
      return {};
    },
    flag.into);
}

} // namespace

app_command_line::app_command_line(CLI::App& program, const app_command& what)
    : what_{&what} {
  TROUPE_ASSERT(what.run != nullptr);
  // Throws when there is one of that name already: a mistake in the app's main.
  command_ = program.add_subcommand(what.name, what.about);
  for (const auto& flag : what.flags)
    options_.push_back(add(*command_, flag));
}

bool app_command_line::given() const { return command_->parsed(); }

expected<int> app_command_line::run() const {
  for (std::size_t i = 0; i < options_.size(); ++i)
    if (auto why = take(*options_[i], what_->flags[i]))
      return why;
  return what_->run();
}

} // namespace troupe::apps
