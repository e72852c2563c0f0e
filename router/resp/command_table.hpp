/// The commands that the RESP door knows: the one place that names them.
///
/// Whoever needs to know something of a command (its arity, its keys, where it is
/// executed, what COMMAND tells clients) looks here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace troupe::router {

/// What a command does. Reads and writes are sent between nodes under these numbers, so
/// none of theirs is ever reused.
enum class command_id : std::uint8_t {
  get = 1,
  mget = 2,
  exists = 3,
  strlen = 4,
  ttl = 5,
  pttl = 6,
  expiretime = 7,
  pexpiretime = 8,
  type = 9,

  set = 32,
  setnx = 33,
  setex = 34,
  psetex = 35,
  getset = 36,
  getdel = 37,
  getex = 38,
  mset = 39,
  msetnx = 40,
  append = 41,
  incr = 42,
  incrby = 43,
  decr = 44,
  decrby = 45,
  del = 46,
  unlink = 47,
  expire = 48,
  pexpire = 49,
  expireat = 50,
  pexpireat = 51,
  persist = 52,

  // Answered at the door.
  client = 128,
  client_getname,
  client_id,
  client_info,
  client_setinfo,
  client_setname,
  cluster,
  cluster_info,
  cluster_keyslot,
  cluster_myid,
  cluster_nodes,
  cluster_shards,
  cluster_slots,
  command,
  command_count,
  command_docs,
  command_getkeys,
  command_info,
  command_list,
  config,
  config_get,
  echo,
  hello,
  info,
  ping,
  quit,
  readonly,
  readwrite,
  select,
  wait,
};

[[nodiscard]] constexpr bool is_read(command_id x) { return x < command_id::set; }
[[nodiscard]] constexpr bool is_write(command_id x) {
  return x >= command_id::set && x < command_id::client;
}

enum class command_kind : std::uint8_t {
  read,       ///< Of data, by any replica that may serve the connection.
  write,      ///< Of data, by the master.
  connection, ///< Of the connection's own state.
  cluster,    ///< Of the map of the cluster.
  server,     ///< Of the node.
};

/// Which arguments are keys: `first`, then every `step`-th up to `last`, which counts
/// from the end when it is negative; -1 is the last. `first` 0: none is.
struct key_positions {
  int first = 0;
  int last = 0;
  int step = 0;
};

struct command_spec {
  std::string_view name; ///< Lower case; of a subcommand, "container|subcommand".
  command_id id;
  /// Number of arguments with the name; negative: at least so many.
  int arity;
  std::string_view flags; ///< As COMMAND prints them, with spaces between.
  key_positions keys;
  command_kind kind;
  std::string_view group;
  std::string_view since;
  std::string_view summary;
  std::span<const command_spec> subcommands; ///< Ascending by name, as all commands.

  [[nodiscard]] bool accepts(std::size_t argument_count) const;
  /// Whether it names data: a read or a write.
  [[nodiscard]] bool is_data() const {
    return kind == command_kind::read || kind == command_kind::write;
  }
};

/// All commands, ascending by name.
[[nodiscard]] std::span<const command_spec> all_commands();

/// The command of this name in any case; null when there is none.
[[nodiscard]] const command_spec* find_command(std::string_view name);

/// The subcommand of this name, without its container's, in any case; null when there is
/// none.
[[nodiscard]] const command_spec*
find_subcommand(const command_spec& container, std::string_view name);

using request_arguments = std::span<const std::string_view>;

/// The command, or subcommand, that a request names, when it may be executed: `spec` is
/// null and `trouble` in Redis's words when there is none, or the number of arguments is
/// wrong.
/// @pre there is at least one argument.
struct command_lookup {
  const command_spec* spec = nullptr;
  std::string trouble;
};
[[nodiscard]] command_lookup look_up_command(request_arguments request);

/// Calls `visit(key)` for each key of a request, in order.
/// @pre the request has been looked up as `spec`.
template <class Visit>
void for_each_key(const command_spec& spec, request_arguments request, Visit visit) {
  if (spec.keys.first == 0)
    return;
  auto count = static_cast<int>(request.size());
  auto last = spec.keys.last < 0 ? count + spec.keys.last : spec.keys.last;
  for (auto i = spec.keys.first; i <= last; i += spec.keys.step)
    visit(request[static_cast<std::size_t>(i)]);
}

} // namespace troupe::router
