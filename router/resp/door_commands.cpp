#include "router/resp/door_commands.hpp"

#include "actors/base/assert.hpp"
#include "router/resp/cluster_replies.hpp"
#include "router/resp/command_replies.hpp"
#include "router/resp/integer.hpp"
#include "router/resp/key_slot.hpp"
#include "router/resp/letter_case.hpp"
#include "router/resp/reply.hpp"

#include <algorithm>
#include <limits>

namespace troupe::router {

namespace {

using id = command_id;
using std::to_string;

constexpr auto ok = std::string_view{"OK"};

/// Kept for as long as the connection.
constexpr std::size_t name_bytes_max = 512;

bool is_plain(std::string_view text) {
  return text.size() <= name_bytes_max
         && std::ranges::all_of(text, [](char c) { return c >= '!' && c <= '~'; });
}

std::string ping(request_arguments request) {
  if (request.size() > 2)
    return error_reply("ERR wrong number of arguments for 'ping' command");
  return request.size() == 2 ? bulk_reply(request[1]) : simple_reply("PONG");
}

std::string select(std::string_view index) {
  auto number = parse_integer(index);
  constexpr auto most = std::numeric_limits<std::int32_t>::max();
  if (!number || *number < -most - 1 || *number > most)
    return error_reply("ERR value is not an integer or out of range");
  if (*number != 0)
    return error_reply("ERR SELECT is not allowed in cluster mode");
  return simple_reply(ok);
}

std::string set_name(std::string_view name, client_state& client) {
  if (!is_plain(name))
    return error_reply(
      "ERR Client names cannot contain spaces, newlines or special characters.");
  client.name = name;
  return simple_reply(ok);
}

std::string
set_info(std::string_view attribute, std::string_view value, client_state& client) {
  auto name = lower_case(attribute);
  if (name != "lib-name" && name != "lib-ver")
    return error_reply("ERR Unrecognized option '" + std::string{attribute} + "'");
  if (!is_plain(value))
    return error_reply(
      "ERR " + name + " cannot contain spaces, newlines or special characters.");
  (name == "lib-name" ? client.library : client.library_version) = value;
  return simple_reply(ok);
}

std::string client_info(const client_state& x) {
  return bulk_reply(
    "id=" + to_string(x.id) + " addr=" + x.peer + " name=" + x.name
    + " flags=" + (x.readonly ? "r" : "N") + " db=0 resp=2 lib-name=" + x.library
    + " lib-ver=" + x.library_version + '\n');
}

std::string greeting(const client_state& client, const door_environment& in) {
  const auto* self = in.cluster.find(in.cluster.self());
  auto is_replica = self != nullptr && self->is_replica();
  auto out = std::string{};
  put_array(out, 14);
  put_bulk(out, "server");
  put_bulk(out, "redis");
  put_bulk(out, "version");
  put_bulk(out, redis_version);
  put_bulk(out, "proto");
  put_integer(out, 2);
  put_bulk(out, "id");
  put_integer(out, static_cast<std::int64_t>(client.id));
  put_bulk(out, "mode");
  put_bulk(out, "cluster");
  put_bulk(out, "role");
  put_bulk(out, is_replica ? "replica" : "master");
  put_bulk(out, "modules");
  put_array(out, 0);
  return out;
}

/// HELLO [2 [AUTH user password] [SETNAME name]]
std::string
hello(request_arguments request, client_state& client, const door_environment& in) {
  if (request.size() > 1) {
    auto protocol = parse_integer(request[1]);
    if (!protocol)
      return error_reply("ERR Protocol version is not an integer or out of range");
    if (*protocol != 2)
      return error_reply("NOPROTO unsupported protocol version");
  }
  auto name = client.name;
  for (std::size_t i = 2; i < request.size(); ++i) {
    auto left = request.size() - i - 1;
    if (equals_ignoring_case(request[i], "auth") && left >= 2) {
      // As a Redis without a password: whoever comes is the default user.
      if (request[i + 1] != "default")
        return error_reply(
          "WRONGPASS invalid username-password pair or user is disabled.");
      i += 2;
    } else if (equals_ignoring_case(request[i], "setname") && left >= 1) {
      name = request[++i];
    } else {
      return error_reply(
        "ERR Syntax error in HELLO option '" + std::string{request[i]} + "'");
    }
  }
  if (auto reply = set_name(name, client); reply.starts_with('-'))
    return reply;
  return greeting(client, in);
}

std::string answer_for_cluster(
  const command_spec& spec, request_arguments request, client_state& client,
  const cluster_view& cluster) {
  switch (spec.id) {
    case id::cluster_slots:
      client.asked_for_map = true;
      return cluster_slots_reply(cluster);
    case id::cluster_shards:
      client.asked_for_map = true;
      return cluster_shards_reply(cluster);
    case id::cluster_nodes:
      client.asked_for_map = true;
      return cluster_nodes_reply(cluster);
    case id::cluster_keyslot:
      return integer_reply(key_slot(request[2]).value());
    case id::cluster_myid:
      return bulk_reply(shown_id(cluster.self()));
    default:
      TROUPE_ASSERT(spec.id == id::cluster_info);
      return cluster_info_reply(cluster);
  }
}

std::string answer_for_server(
  const command_spec& spec, request_arguments request, const door_environment& in) {
  switch (spec.id) {
    case id::command:
      return command_info_reply({});
    case id::command_count:
      return integer_reply(static_cast<std::int64_t>(all_commands().size()));
    case id::command_docs:
      return command_docs_reply(request.subspan(2));
    case id::command_getkeys:
      return command_getkeys_reply(request.subspan(2));
    case id::command_info:
      return command_info_reply(request.subspan(2));
    case id::command_list:
      return command_list_reply(request.subspan(2));
    case id::config_get:
      return config_get_reply(request.subspan(2), in.facts);
    default:
      TROUPE_ASSERT(spec.id == id::info);
      return info_reply(request.subspan(1), in.cluster, in.facts);
  }
}

} // namespace

std::string answer_at_door(
  const command_spec& spec, request_arguments request, client_state& client,
  const door_environment& in) {
  if (spec.kind == command_kind::cluster)
    return answer_for_cluster(spec, request, client, in.cluster);
  if (spec.kind == command_kind::server)
    return answer_for_server(spec, request, in);
  switch (spec.id) {
    case id::ping:
      return ping(request);
    case id::echo:
      return bulk_reply(request[1]);
    case id::select:
      return select(request[1]);
    case id::hello:
      return hello(request, client, in);
    case id::readonly:
      client.readonly = true;
      return simple_reply(ok);
    case id::readwrite:
      client.readonly = false;
      return simple_reply(ok);
    case id::client_getname:
      return client.name.empty() ? nil_reply() : bulk_reply(client.name);
    case id::client_id:
      return integer_reply(static_cast<std::int64_t>(client.id));
    case id::client_info:
      return client_info(client);
    case id::client_setinfo:
      return set_info(request[2], request[3], client);
    default:
      TROUPE_ASSERT(spec.id == id::client_setname);
      return set_name(request[2], client);
  }
}

} // namespace troupe::router
