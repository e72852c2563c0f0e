#include "apps/local/local_commands.hpp"

#include "actors/base/config.hpp"
#include "apps/node/config_value.hpp"

#include <optional>
#include <utility>

#include <CLI/CLI.hpp>

namespace troupe::apps {

namespace {

CLI::Option*
add(CLI::App& command, const char* flag, const char* value, const std::string& about) {
  return command.add_option(flag, about)->type_name(value)->expected(1);
}

/// The directory is needed. CLI11 could demand it, but would do so before a mistyped
/// flag is named.
expected<std::string> take_directory(const CLI::Option& flag) {
  if (flag.count() == 0 || flag.results().front().empty())
    return fail(
      ec::invalid_argument, "--dir is missing; name the directory of the cluster");
  return flag.results().front();
}

error bad_flag(const CLI::Option& flag, const error& why) {
  return fail(ec::invalid_argument, flag.get_name() + ": " + sentence_of(why));
}

/// The value of `flag`, when it was given.
template <class T>
error take(const CLI::Option& flag, std::optional<T>& result) {
  if (flag.count() == 0)
    return {};
  auto value = T{};
  if (const auto trouble = read_value(flag.results().front(), value))
    return bad_flag(flag, trouble);
  result = value;
  return {};
}

} // namespace

up_command::up_command(CLI::App& command)
    : directory_{add(
      command, "--dir", "DIR", "where the cluster lives; remembers all other flags")},
      node_count_{add(command, "--nodes", "N", "nodes; a larger number later adds some")},
      base_port_{add(
        command, "--base-port", "PORT",
        "node i has its link at PORT+i, RESP at PORT+100+i, HTTP at PORT+200+i [7400]")},
      shard_count_{add(command, "--shards", "N", "shards of the data [4]")},
      replica_count_{add(
        command, "--replicas", "N", "copies of each shard, and founders [3, or fewer]")},
      ack_{add(command, "--ack", "MODE", "async, semi or quorum [quorum]")},
      program_{add(command, "--program", "PATH", "what the nodes run [this program]")},
      allow_inject_{
        command.add_flag("--allow-inject")
          ->description(
            "let shells inject faults into the nodes that are started from now on")},
      timeout_{add(command, "--timeout", "TIME", "to wait for all nodes [60 s]")} {
  command.footer(
    "Returns when all nodes are ready and see each other. The nodes go on without it;\n"
    "their output is in DIR/NAME/log, their addresses in DIR/nodes.json.");
}

expected<up_request> up_command::request() const {
  auto directory = take_directory(*directory_);
  if (!directory)
    return directory.error();
  auto result = up_request{};
  result.directory = std::move(*directory);
  const auto trouble = first_error(
    {take(*node_count_, result.node_count), take(*base_port_, result.base_port),
     take(*shard_count_, result.shard_count), take(*replica_count_, result.replica_count),
     take(*ack_, result.ack), take(*program_, result.program)});
  if (trouble)
    return trouble;
  result.allow_inject = allow_inject_->count() > 0;
  if (timeout_->count() > 0) {
    auto timeout = parse_duration(timeout_->results().front());
    if (!timeout)
      return bad_flag(*timeout_, timeout.error());
    result.timeout = *timeout;
  }
  return result;
}

down_command::down_command(CLI::App& command)
    : directory_{add(command, "--dir", "DIR", "the directory that 'up' was given")} {
  command.footer(
    "Nodes are killed: they do not leave the cluster, and 'up' brings them back.");
}

expected<std::string> down_command::directory() const {
  return take_directory(*directory_);
}

} // namespace troupe::apps
