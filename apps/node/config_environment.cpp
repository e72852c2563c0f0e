#include "apps/node/config_environment.hpp"

#include "apps/node/config_keys.hpp"
#include "apps/node/nearest.hpp"

#include <algorithm>
#include <string_view>

#include <unistd.h>

namespace troupe::apps {

namespace {

constexpr auto prefix = std::string_view{"TROUPE_"};

const config_key* find_variable(std::string_view name) {
  const auto found = std::ranges::find_if(
    config_keys(), [name](const config_key& x) { return x.variable() == name; });
  return found == config_keys().end() ? nullptr : &*found;
}

bool begins_with_section(std::string_view name) {
  return std::ranges::any_of(config_keys(), [name](const config_key& x) {
    const auto variable = x.variable();
    return name.starts_with(variable.substr(0, prefix.size() + x.section.size() + 1));
  });
}

error check_unknown(const std::string& name) {
  auto names = std::vector<std::string>{};
  for (const auto& x : config_keys())
    names.push_back(x.variable());
  const auto guess = nearest(name, names);
  constexpr auto slips_max = std::size_t{2};
  const auto resembles = !guess.empty() && edit_distance(name, guess) <= slips_max;
  if (!resembles && !begins_with_section(name))
    return {};
  return fail(
    ec::invalid_config,
    "environment variable " + name + " is no setting"
      + (guess.empty() ? std::string{"; unset it"} : "; did you mean " + guess + "?"));
}

} // namespace

expected<config_settings> read_environment(const std::vector<std::string>& environment) {
  auto result = config_settings{};
  for (const auto& entry : environment) {
    if (!entry.starts_with(prefix))
      continue;
    const auto equals = std::min(entry.find('='), entry.size());
    const auto name = entry.substr(0, equals);
    if (const auto* key = find_variable(name))
      result.put(
        *key, entry.substr(std::min(equals + 1, entry.size())),
        "environment variable " + name);
    else if (auto trouble = check_unknown(name))
      return trouble;
  }
  return result;
}

std::vector<std::string> process_environment() {
  auto result = std::vector<std::string>{};
  for (auto* const* entry = environ; *entry != nullptr; ++entry)
    result.emplace_back(*entry);
  return result;
}

} // namespace troupe::apps
