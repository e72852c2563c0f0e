#include "router/resp/command_table.hpp"

#include <algorithm>
#include <array>

namespace troupe::router {

namespace {

using id = command_id;
using kind = command_kind;

constexpr command_spec row(
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
  row(
    "client|getname", id::client_getname, 2, session_flags, no_keys, kind::connection,
    "connection", "2.6.9", "Get the current connection name"),
  row(
    "client|id", id::client_id, 2, session_flags, no_keys, kind::connection, "connection",
    "5.0.0", "Returns the client ID for the current connection"),
  row(
    "client|info", id::client_info, 2, session_flags, no_keys, kind::connection,
    "connection", "6.2.0", "Returns information about the current client connection."),
  row(
    "client|setinfo", id::client_setinfo, 4, session_flags, no_keys, kind::connection,
    "connection", "7.2.0", "Set client or connection specific info"),
  row(
    "client|setname", id::client_setname, 3, session_flags, no_keys, kind::connection,
    "connection", "2.6.9", "Set the current connection name"),
};

constexpr auto cluster_subcommands = std::array{
  row(
    "cluster|info", id::cluster_info, 2, "stale", no_keys, kind::cluster, "cluster",
    "3.0.0", "Provides info about Redis Cluster node state"),
  row(
    "cluster|keyslot", id::cluster_keyslot, 3, "stale", no_keys, kind::cluster, "cluster",
    "3.0.0", "Returns the hash slot of the specified key"),
  row(
    "cluster|myid", id::cluster_myid, 2, "stale", no_keys, kind::cluster, "cluster",
    "3.0.0", "Return the node id"),
  row(
    "cluster|nodes", id::cluster_nodes, 2, "stale", no_keys, kind::cluster, "cluster",
    "3.0.0", "Get Cluster config for the node"),
  row(
    "cluster|shards", id::cluster_shards, 2, "stale", no_keys, kind::cluster, "cluster",
    "7.0.0", "Get array of cluster slots to node mappings"),
  row(
    "cluster|slots", id::cluster_slots, 2, "stale", no_keys, kind::cluster, "cluster",
    "3.0.0", "Get array of Cluster slot to node mappings"),
};

constexpr auto command_subcommands = std::array{
  row(
    "command|count", id::command_count, 2, "loading stale", no_keys, kind::server,
    "server", "2.8.13", "Get total number of Redis commands"),
  row(
    "command|docs", id::command_docs, -2, "loading stale", no_keys, kind::server,
    "server", "7.0.0", "Get array of specific Redis command documentation"),
  row(
    "command|getkeys", id::command_getkeys, -4, "loading stale", no_keys, kind::server,
    "server", "2.8.13", "Extract keys given a full Redis command"),
  row(
    "command|info", id::command_info, -2, "loading stale", no_keys, kind::server,
    "server", "2.8.13",
    "Get array of specific Redis command details, or all when no argument is given."),
  row(
    "command|list", id::command_list, -2, "loading stale", no_keys, kind::server,
    "server", "7.0.0", "Get an array of Redis command names"),
};

constexpr auto config_subcommands = std::array{
  row(
    "config|get", id::config_get, -3, "admin noscript loading stale", no_keys,
    kind::server, "server", "2.0.0", "Get the values of configuration parameters"),
};

constexpr auto table = std::array{
  row(
    "append", id::append, 3, "write denyoom fast", one_key, kind::write, "string",
    "2.0.0", "Append a value to a key"),
  row(
    "client", id::client, -2, "", no_keys, kind::connection, "connection", "2.4.0",
    "A container for client connection commands", client_subcommands),
  row(
    "cluster", id::cluster, -2, "", no_keys, kind::cluster, "cluster", "3.0.0",
    "A container for cluster commands", cluster_subcommands),
  row(
    "command", id::command, -1, "loading stale", no_keys, kind::server, "server",
    "2.8.13", "Get array of Redis command details", command_subcommands),
  row(
    "config", id::config, -2, "", no_keys, kind::server, "server", "2.0.0",
    "A container for server configuration commands", config_subcommands),
  row(
    "decr", id::decr, 2, "write denyoom fast", one_key, kind::write, "string", "1.0.0",
    "Decrement the integer value of a key by one"),
  row(
    "decrby", id::decrby, 3, "write denyoom fast", one_key, kind::write, "string",
    "1.0.0", "Decrement the integer value of a key by the given number"),
  row(
    "del", id::del, -2, "write", all_keys, kind::write, "generic", "1.0.0",
    "Delete a key"),
  row(
    "echo", id::echo, 2, "loading stale fast", no_keys, kind::connection, "connection",
    "1.0.0", "Echo the given string"),
  row(
    "exists", id::exists, -2, "readonly fast", all_keys, kind::read, "generic", "1.0.0",
    "Determine if a key exists"),
  row(
    "expire", id::expire, -3, "write fast", one_key, kind::write, "generic", "1.0.0",
    "Set a key's time to live in seconds"),
  row(
    "expireat", id::expireat, -3, "write fast", one_key, kind::write, "generic", "1.2.0",
    "Set the expiration for a key as a UNIX timestamp"),
  row(
    "expiretime", id::expiretime, 2, "readonly fast", one_key, kind::read, "generic",
    "7.0.0", "Get the expiration Unix timestamp for a key"),
  row(
    "get", id::get, 2, "readonly fast", one_key, kind::read, "string", "1.0.0",
    "Get the value of a key"),
  row(
    "getdel", id::getdel, 2, "write fast", one_key, kind::write, "string", "6.2.0",
    "Get the value of a key and delete the key"),
  row(
    "getex", id::getex, -2, "write fast", one_key, kind::write, "string", "6.2.0",
    "Get the value of a key and optionally set its expiration"),
  row(
    "getset", id::getset, 3, "write denyoom fast", one_key, kind::write, "string",
    "1.0.0", "Set the string value of a key and return its old value"),
  row(
    "hello", id::hello, -1, greeting_flags, no_keys, kind::connection, "connection",
    "6.0.0", "Handshake with Redis"),
  row(
    "incr", id::incr, 2, "write denyoom fast", one_key, kind::write, "string", "1.0.0",
    "Increment the integer value of a key by one"),
  row(
    "incrby", id::incrby, 3, "write denyoom fast", one_key, kind::write, "string",
    "1.0.0", "Increment the integer value of a key by the given amount"),
  row(
    "info", id::info, -1, "loading stale", no_keys, kind::server, "server", "1.0.0",
    "Get information and statistics about the server"),
  row(
    "mget", id::mget, -2, "readonly fast", all_keys, kind::read, "string", "1.0.0",
    "Get the values of all the given keys"),
  row(
    "mset", id::mset, -3, "write denyoom", every_other, kind::write, "string", "1.0.1",
    "Set multiple keys to multiple values"),
  row(
    "msetnx", id::msetnx, -3, "write denyoom", every_other, kind::write, "string",
    "1.0.1", "Set multiple keys to multiple values, only if none of the keys exist"),
  row(
    "persist", id::persist, 2, "write fast", one_key, kind::write, "generic", "2.2.0",
    "Remove the expiration from a key"),
  row(
    "pexpire", id::pexpire, -3, "write fast", one_key, kind::write, "generic", "2.6.0",
    "Set a key's time to live in milliseconds"),
  row(
    "pexpireat", id::pexpireat, -3, "write fast", one_key, kind::write, "generic",
    "2.6.0",
    "Set the expiration for a key as a UNIX timestamp specified in milliseconds"),
  row(
    "pexpiretime", id::pexpiretime, 2, "readonly fast", one_key, kind::read, "generic",
    "7.0.0", "Get the expiration Unix timestamp for a key in milliseconds"),
  row(
    "ping", id::ping, -1, "fast", no_keys, kind::connection, "connection", "1.0.0",
    "Ping the server"),
  row(
    "psetex", id::psetex, 4, "write denyoom", one_key, kind::write, "string", "2.6.0",
    "Set the value and expiration in milliseconds of a key"),
  row(
    "pttl", id::pttl, 2, "readonly fast", one_key, kind::read, "generic", "2.6.0",
    "Get the time to live for a key in milliseconds"),
  row(
    "quit", id::quit, -1, greeting_flags, no_keys, kind::connection, "connection",
    "1.0.0", "Close the connection"),
  row(
    "readonly", id::readonly, 1, "loading stale fast", no_keys, kind::connection,
    "cluster", "3.0.0",
    "Enables read queries for a connection to a cluster replica node"),
  row(
    "readwrite", id::readwrite, 1, "loading stale fast", no_keys, kind::connection,
    "cluster", "3.0.0",
    "Disables read queries for a connection to a cluster replica node"),
  row(
    "select", id::select, 2, "loading stale fast", no_keys, kind::connection,
    "connection", "1.0.0", "Change the selected database for the current connection"),
  row(
    "set", id::set, -3, "write denyoom", one_key, kind::write, "string", "1.0.0",
    "Set the string value of a key"),
  row(
    "setex", id::setex, 4, "write denyoom", one_key, kind::write, "string", "2.0.0",
    "Set the value and expiration of a key"),
  row(
    "setnx", id::setnx, 3, "write denyoom fast", one_key, kind::write, "string", "1.0.0",
    "Set the value of a key, only if the key does not exist"),
  row(
    "strlen", id::strlen, 2, "readonly fast", one_key, kind::read, "string", "2.2.0",
    "Get the length of the value stored in a key"),
  row(
    "ttl", id::ttl, 2, "readonly fast", one_key, kind::read, "generic", "1.0.0",
    "Get the time to live for a key in seconds"),
  row(
    "type", id::type, 2, "readonly fast", one_key, kind::read, "generic", "1.0.0",
    "Determine the type stored at key"),
  row(
    "unlink", id::unlink, -2, "write fast", all_keys, kind::write, "generic", "4.0.0",
    "Delete a key, as DEL does"),
  row(
    "wait", id::wait, 3, "noscript", no_keys, kind::connection, "generic", "3.0.0",
    "Wait for the synchronous replication of all the write commands sent in the context "
    "of the current connection"),
};

static_assert(std::ranges::is_sorted(table, {}, &command_spec::name));

} // namespace

std::span<const command_spec> all_commands() { return table; }

} // namespace troupe::router
