#include "router/resp/command_table.hpp"

#include "router/resp/letter_case.hpp"

#include <algorithm>

namespace troupe::router {

namespace {

/// `skip`: what the names in the table begin with and `name` does not.
const command_spec*
find_in(std::span<const command_spec> specs, std::string_view name, std::size_t skip) {
  auto found = std::ranges::lower_bound(
    specs, name,
    [](std::string_view x, std::string_view y) {
      return compare_ignoring_case(y, x) > 0;
    },
    [skip](const command_spec& x) { return x.name.substr(skip); });
  if (found == specs.end() || compare_ignoring_case(name, found->name.substr(skip)) != 0)
    return nullptr;
  return &*found;
}

constexpr std::size_t quoted_bytes_max = 128;

std::string unknown_command(request_arguments request) {
  auto text = "ERR unknown command '"
              + std::string{request[0].substr(0, quoted_bytes_max)}
              + "', with args beginning with: ";
  auto quoted = std::string{};
  for (const auto& x : request.subspan(1)) {
    if (quoted.size() >= quoted_bytes_max)
      break;
    quoted += '\'';
    quoted += x.substr(0, quoted_bytes_max - (quoted.size() - 1));
    quoted += "' ";
  }
  return text + quoted;
}

std::string unknown_subcommand(const command_spec& container, std::string_view name) {
  return "ERR unknown subcommand '" + std::string{name.substr(0, quoted_bytes_max)}
         + "'. Try " + upper_case(container.name) + " HELP.";
}

} // namespace

bool command_spec::accepts(std::size_t argument_count) const {
  auto count = static_cast<std::int64_t>(argument_count);
  return arity >= 0 ? count == arity : count >= -arity;
}

const command_spec* find_command(std::string_view name) {
  return find_in(all_commands(), name, 0);
}

const command_spec*
find_subcommand(const command_spec& container, std::string_view name) {
  return find_in(container.subcommands, name, container.name.size() + 1);
}

command_lookup look_up_command(request_arguments request) {
  const auto* spec = find_command(request[0]);
  if (spec == nullptr)
    return {nullptr, unknown_command(request)};
  if (!spec->subcommands.empty() && request.size() > 1) {
    const auto* container = spec;
    spec = find_subcommand(*container, request[1]);
    if (spec == nullptr)
      return {nullptr, unknown_subcommand(*container, request[1])};
  }
  if (!spec->accepts(request.size()))
    return {
      nullptr,
      "ERR wrong number of arguments for '" + std::string{spec->name} + "' command"};
  // Pairs of key and value: Redis says the same of half a pair.
  if (spec->keys.step == 2 && request.size() % 2 == 0)
    return {
      nullptr,
      "ERR wrong number of arguments for '" + std::string{spec->name} + "' command"};
  return {spec, {}};
}

} // namespace troupe::router
