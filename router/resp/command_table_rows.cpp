#include "router/resp/command_table.hpp"

#include <algorithm>
#include <array>

namespace troupe::router {

namespace {

using id = command_id;
using kind = command_kind;

constexpr command_spec spec(
  std::string_view name, command_id what, int arity, std::string_view flags,
  key_positions keys, command_kind where, std::string_view group, std::string_view since,
  std::string_view summary, std::span<const command_spec> subcommands = {}) {
  return {name, what, arity, flags, keys, where, group, since, summary, subcommands};
}

constexpr auto no_keys = key_positions{};
constexpr auto one_key = key_positions{1, 1, 1};
constexpr auto all_keys = key_positions{1, -1, 1};
constexpr auto every_other = key_positions{1, -1, 2};

constexpr auto session_flags = std::string_view{"noscript loading stale"};
constexpr auto greeting_flags
  = std::string_view{"noscript loading stale fast no_auth allow_busy"};

constexpr auto client_subcommands = std::array{
  spec(
    "client|getname", id::client_getname, 2, session_flags, no_keys, kind::connection,
    "connection", "2.6.9", "Get the current connection name"),
  spec(
    "client|id", id::client_id, 2, session_flags, no_keys, kind::connection, "connection",
    "5.0.0", "Returns the client ID for the current connection"),
  spec(
    "client|info", id::client_info, 2, session_flags, no_keys, kind::connection,
    "connection", "6.2.0", "Returns information about the current client connection."),
  spec(
    "client|setinfo", id::client_setinfo, 4, session_flags, no_keys, kind::connection,
    "connection", "7.2.0", "Set client or connection specific info"),
  spec(
    "client|setname", id::client_setname, 3, session_flags, no_keys, kind::connection,
    "connection", "2.6.9", "Set the current connection name"),
};

constexpr auto cluster_subcommands = std::array{
  spec(
    "cluster|info", id::cluster_info, 2, "stale", no_keys, kind::cluster, "cluster",
    "3.0.0", "Provides info about Redis Cluster node state"),
  spec(
    "cluster|keyslot", id::cluster_keyslot, 3, "stale", no_keys, kind::cluster, "cluster",
    "3.0.0", "Returns the hash slot of the specified key"),
  spec(
    "cluster|myid", id::cluster_myid, 2, "stale", no_keys, kind::cluster, "cluster",
    "3.0.0", "Return the node id"),
  spec(
    "cluster|nodes", id::cluster_nodes, 2, "stale", no_keys, kind::cluster, "cluster",
    "3.0.0", "Get Cluster config for the node"),
  spec(
    "cluster|shards", id::cluster_shards, 2, "stale", no_keys, kind::cluster, "cluster",
    "7.0.0", "Get array of cluster slots to node mappings"),
  spec(
    "cluster|slots", id::cluster_slots, 2, "stale", no_keys, kind::cluster, "cluster",
    "3.0.0", "Get array of Cluster slot to node mappings"),
};

constexpr auto command_subcommands = std::array{
  spec(
    "command|count", id::command_count, 2, "loading stale", no_keys, kind::server,
    "server", "2.8.13", "Get total number of Redis commands"),
  spec(
    "command|docs", id::command_docs, -2, "loading stale", no_keys, kind::server,
    "server", "7.0.0", "Get array of specific Redis command documentation"),
  spec(
    "command|getkeys", id::command_getkeys, -4, "loading stale", no_keys, kind::server,
    "server", "2.8.13", "Extract keys given a full Redis command"),
  spec(
    "command|info", id::command_info, -2, "loading stale", no_keys, kind::server,
    "server", "2.8.13",
    "Get array of specific Redis command details, or all when no argument is given."),
  spec(
    "command|list", id::command_list, -2, "loading stale", no_keys, kind::server,
    "server", "7.0.0", "Get an array of Redis command names"),
};

constexpr auto config_subcommands = std::array{
  spec(
    "config|get", id::config_get, -3, "admin noscript loading stale", no_keys,
    kind::server, "server", "2.0.0", "Get the values of configuration parameters"),
};

constexpr auto command_rows = std::array{
  spec(
    "append", id::append, 3, "write denyoom fast", one_key, kind::write, "string",
    "2.0.0", "Append a value to a key"),
  spec(
    "client", id::client, -2, "", no_keys, kind::connection, "connection", "2.4.0",
    "A container for client connection commands", client_subcommands),
  spec(
    "cluster", id::cluster, -2, "", no_keys, kind::cluster, "cluster", "3.0.0",
    "A container for cluster commands", cluster_subcommands),
  spec(
    "command", id::command, -1, "loading stale", no_keys, kind::server, "server",
    "2.8.13", "Get array of Redis command details", command_subcommands),
  spec(
    "config", id::config, -2, "", no_keys, kind::server, "server", "2.0.0",
    "A container for server configuration commands", config_subcommands),
  spec(
    "decr", id::decr, 2, "write denyoom fast", one_key, kind::write, "string", "1.0.0",
    "Decrement the integer value of a key by one"),
  spec(
    "decrby", id::decrby, 3, "write denyoom fast", one_key, kind::write, "string",
    "1.0.0", "Decrement the integer value of a key by the given number"),
  spec(
    "del", id::del, -2, "write", all_keys, kind::write, "generic", "1.0.0",
    "Delete a key"),
  spec(
    "echo", id::echo, 2, "loading stale fast", no_keys, kind::connection, "connection",
    "1.0.0", "Echo the given string"),
  spec(
    "exists", id::exists, -2, "readonly fast", all_keys, kind::read, "generic", "1.0.0",
    "Determine if a key exists"),
  spec(
    "expire", id::expire, -3, "write fast", one_key, kind::write, "generic", "1.0.0",
    "Set a key's time to live in seconds"),
  spec(
    "expireat", id::expireat, -3, "write fast", one_key, kind::write, "generic", "1.2.0",
    "Set the expiration for a key as a UNIX timestamp"),
  spec(
    "expiretime", id::expiretime, 2, "readonly fast", one_key, kind::read, "generic",
    "7.0.0", "Get the expiration Unix timestamp for a key"),
  spec(
    "get", id::get, 2, "readonly fast", one_key, kind::read, "string", "1.0.0",
    "Get the value of a key"),
  spec(
    "getdel", id::getdel, 2, "write fast", one_key, kind::write, "string", "6.2.0",
    "Get the value of a key and delete the key"),
  spec(
    "getex", id::getex, -2, "write fast", one_key, kind::write, "string", "6.2.0",
    "Get the value of a key and optionally set its expiration"),
  spec(
    "getset", id::getset, 3, "write denyoom fast", one_key, kind::write, "string",
    "1.0.0", "Set the string value of a key and return its old value"),
  spec(
    "hello", id::hello, -1, greeting_flags, no_keys, kind::connection, "connection",
    "6.0.0", "Handshake with Redis"),
  spec(
    "incr", id::incr, 2, "write denyoom fast", one_key, kind::write, "string", "1.0.0",
    "Increment the integer value of a key by one"),
  spec(
    "incrby", id::incrby, 3, "write denyoom fast", one_key, kind::write, "string",
    "1.0.0", "Increment the integer value of a key by the given amount"),
  spec(
    "info", id::info, -1, "loading stale", no_keys, kind::server, "server", "1.0.0",
    "Get information and statistics about the server"),
  spec(
    "mget", id::mget, -2, "readonly fast", all_keys, kind::read, "string", "1.0.0",
    "Get the values of all the given keys"),
  spec(
    "mset", id::mset, -3, "write denyoom", every_other, kind::write, "string", "1.0.1",
    "Set multiple keys to multiple values"),
  spec(
    "msetnx", id::msetnx, -3, "write denyoom", every_other, kind::write, "string",
    "1.0.1", "Set multiple keys to multiple values, only if none of the keys exist"),
  spec(
    "persist", id::persist, 2, "write fast", one_key, kind::write, "generic", "2.2.0",
    "Remove the expiration from a key"),
  spec(
    "pexpire", id::pexpire, -3, "write fast", one_key, kind::write, "generic", "2.6.0",
    "Set a key's time to live in milliseconds"),
  spec(
    "pexpireat", id::pexpireat, -3, "write fast", one_key, kind::write, "generic",
    "2.6.0",
    "Set the expiration for a key as a UNIX timestamp specified in milliseconds"),
  spec(
    "pexpiretime", id::pexpiretime, 2, "readonly fast", one_key, kind::read, "generic",
    "7.0.0", "Get the expiration Unix timestamp for a key in milliseconds"),
  spec(
    "ping", id::ping, -1, "fast", no_keys, kind::connection, "connection", "1.0.0",
    "Ping the server"),
  spec(
    "psetex", id::psetex, 4, "write denyoom", one_key, kind::write, "string", "2.6.0",
    "Set the value and expiration in milliseconds of a key"),
  spec(
    "pttl", id::pttl, 2, "readonly fast", one_key, kind::read, "generic", "2.6.0",
    "Get the time to live for a key in milliseconds"),
  spec(
    "quit", id::quit, -1, greeting_flags, no_keys, kind::connection, "connection",
    "1.0.0", "Close the connection"),
  spec(
    "readonly", id::readonly, 1, "loading stale fast", no_keys, kind::connection,
    "cluster", "3.0.0",
    "Enables read queries for a connection to a cluster replica node"),
  spec(
    "readwrite", id::readwrite, 1, "loading stale fast", no_keys, kind::connection,
    "cluster", "3.0.0",
    "Disables read queries for a connection to a cluster replica node"),
  spec(
    "select", id::select, 2, "loading stale fast", no_keys, kind::connection,
    "connection", "1.0.0", "Change the selected database for the current connection"),
  spec(
    "set", id::set, -3, "write denyoom", one_key, kind::write, "string", "1.0.0",
    "Set the string value of a key"),
  spec(
    "setex", id::setex, 4, "write denyoom", one_key, kind::write, "string", "2.0.0",
    "Set the value and expiration of a key"),
  spec(
    "setnx", id::setnx, 3, "write denyoom fast", one_key, kind::write, "string", "1.0.0",
    "Set the value of a key, only if the key does not exist"),
  spec(
    "strlen", id::strlen, 2, "readonly fast", one_key, kind::read, "string", "2.2.0",
    "Get the length of the value stored in a key"),
  spec(
    "ttl", id::ttl, 2, "readonly fast", one_key, kind::read, "generic", "1.0.0",
    "Get the time to live for a key in seconds"),
  spec(
    "type", id::type, 2, "readonly fast", one_key, kind::read, "generic", "1.0.0",
    "Determine the type stored at key"),
  spec(
    "unlink", id::unlink, -2, "write fast", all_keys, kind::write, "generic", "4.0.0",
    "Delete a key, as DEL does"),
  spec(
    "wait", id::wait, 3, "noscript", no_keys, kind::connection, "generic", "3.0.0",
    "Wait for the synchronous replication of all the write commands sent in the context "
    "of the current connection"),
};

static_assert(std::ranges::is_sorted(command_rows, {}, &command_spec::name));

} // namespace

std::span<const command_spec> all_commands() { return command_rows; }

} // namespace troupe::router
