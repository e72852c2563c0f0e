#include "apps/lab/chaos/chaos_command.hpp"

#include "apps/lab/chaos/run_folder.hpp"
#include "apps/node/config_value.hpp"

#include <CLI/CLI.hpp>

namespace troupe::lab {

namespace {

CLI::Option*
add(CLI::App& command, const char* flag, const char* value, const std::string& about) {
  return command.add_option(flag, about)->type_name(value)->expected(1);
}

template <class T>
error take(const CLI::Option& flag, std::optional<T>& result) {
  if (flag.count() == 0)
    return {};
  auto value = T{};
  if (const auto trouble = apps::read_value(flag.results().front(), value))
    return fail(ec::invalid_argument, flag.get_name() + ": " + sentence_of(trouble));
  result = value;
  return {};
}

std::string text_of(const CLI::Option& flag) {
  return flag.count() == 0 ? std::string{} : flag.results().front();
}

} // namespace

chaos_command::chaos_command(CLI::App& command)
    : run_{command.add_subcommand("run", "run a scenario, and judge it")},
      file_{add(*run_, "scenario", "FILE", "what happens: a file as in tests/chaos/")},
      seed_{add(*run_, "--seed", "N", "draws what is not fixed [the scenario's]")},
      directory_{add(
        *run_, "--dir", "DIR",
        "where runs work, and keep what failed [" + default_chaos_directory() + "]")},
      report_{add(*run_, "--report", "FILE", "the page [DIR/SCENARIO-SEED.html]")},
      base_port_{
        add(*run_, "--base-port", "PORT", "as of 'up' [the first that is free]")} {
  run_->allow_extras();
  run_->footer(
    "Exit code: 0 when all that is expected holds, 1 when it does not, 2 when the run\n"
    "could not be made, 77 when this user has not the rights for it.");
}

expected<chaos_request> chaos_command::request() const {
  if (!run_->parsed() || file_->count() == 0)
    return fail(
      ec::invalid_argument,
      "name the scenario: 'chaos run FILE'; there are some in tests/chaos/");
  auto result = chaos_request{};
  result.scenario_file = text_of(*file_);
  result.directory = text_of(*directory_);
  result.report_file = text_of(*report_);
  if (
    const auto trouble
    = first_error({take(*seed_, result.seed), take(*base_port_, result.base_port)}))
    return trouble;
  return result;
}

} // namespace troupe::lab
