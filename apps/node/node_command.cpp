#include "apps/node/node_command.hpp"

#include "apps/node/load_config.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>

namespace troupe::apps {

namespace {

std::string names_of(const config_key& key) {
  const auto full = "--" + key.full();
  return key.flag.empty() ? full : std::string{key.flag} + "," + full;
}

/// A flag given several times is a list, as with commas.
std::string joined(const std::vector<std::string>& values) {
  auto result = std::string{};
  for (const auto& x : values)
    result += (result.empty() ? "" : ",") + x;
  return result;
}

} // namespace

node_command::node_command(CLI::App& command) {
  command.add_option("-c,--config", file_, "settings as in troupe.toml.example")
    ->type_name("FILE");
  command.add_flag("--help-keys", wants_keys_, "list all keys with their defaults");
  for (const auto& key : config_keys()) {
    const auto about = std::string{key.about};
    auto* option = command.add_option(names_of(key), about);
    option->type_name("")->expected(1);
    if (key.kind == key_kind::list)
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (key.kind == key_kind::truth)
      option->expected(0, 1)->default_str("true"); // The flag alone says so.
    // Seventy flags would hide the dozen that people use; --help-keys has the others.
    if (key.flag.empty())
      option->group("");
    options_.push_back(option);
  }
  command.footer(
    "Every key of troupe.toml is a flag (--link.idle_after '1 min') and an environment\n"
    "variable (TROUPE_LINK_IDLE_AFTER). Flags win over variables, variables over the "
    "file.");
}

expected<node_config>
node_command::config(const std::vector<std::string>& environment) const {
  auto sources = config_sources{file_, environment, {}, host_name()};
  for (std::size_t i = 0; i < options_.size(); ++i)
    if (options_[i]->count() > 0)
      sources.flags.put(
        config_keys()[i], joined(options_[i]->results()),
        "flag --" + config_keys()[i].full());
  return load_config(sources);
}

void print_keys(std::ostream& out) {
  const auto defaults = node_config{};
  auto width = std::size_t{0};
  for (const auto& key : config_keys())
    width = std::max(width, key.full().size());
  for (const auto& key : config_keys()) {
    const auto name = key.full();
    const auto value = key.print(defaults);
    out << name << std::string(width + 2 - name.size(), ' ') << key.about;
    if (!value.empty())
      out << " [" << value << "]";
    out << '\n';
  }
}

} // namespace troupe::apps
