#include "apps/shell/shell_command.hpp"

#include "actors/address.hpp"
#include "actors/base/config.hpp"

#include <CLI/CLI.hpp>

namespace troupe::apps {

using namespace std::chrono_literals;

shell_command::shell_command(CLI::App& command)
    : address_{command.add_option("--connect", "a node's link address [127.0.0.1:7400]")},
      commands_{
        command.add_option("-c,--command", "run this; may be given several times")},
      timeout_{command.add_option("--timeout", "to wait for each answer [5 s]")} {
  command.add_flag("--json", as_json_, "answer in JSON, one line for each command");
  address_->type_name("HOST:PORT")->expected(1);
  commands_->type_name("COMMAND")->expected(1)->multi_option_policy(
    CLI::MultiOptionPolicy::TakeAll);
  timeout_->type_name("TIME")->expected(1);
  command.footer(
    "Without -c it reads commands from stdin; on a terminal with a prompt, history and\n"
    "completion. 'shell -c help' lists the commands. Exit codes: 1 a command failed,\n"
    "2 it was wrong, 3 no node could be reached.");
}

expected<shell_options> shell_command::options() const {
  auto result = shell_options{};
  result.as_json = as_json_;
  if (commands_->count() > 0)
    result.commands = commands_->results();
  if (address_->count() > 0)
    result.address = address_->results().front();
  const auto parsed = actors::parse_address(result.address);
  if (!parsed)
    return fail(ec::invalid_argument, "--connect: " + sentence_of(parsed.error()));
  if (timeout_->count() > 0) {
    const auto timeout = parse_duration(timeout_->results().front());
    if (!timeout)
      return fail(ec::invalid_argument, "--timeout: " + sentence_of(timeout.error()));
    if (const auto trouble = check_range("--timeout", *timeout, 1ms, 1h))
      return fail(ec::invalid_argument, sentence_of(trouble));
    result.deadline = *timeout;
  }
  return result;
}

} // namespace troupe::apps
