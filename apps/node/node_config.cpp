#include "apps/node/node_config.hpp"

#include "actors/base/config.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <utility>

namespace troupe::apps {

namespace {

constexpr auto preset_names
  = std::array<std::pair<std::string_view, membership_preset>, 3>{{
    {"lan", membership_preset::lan},
    {"wan", membership_preset::wan},
    {"test", membership_preset::test},
  }};

error invalid(std::string what) { return fail(ec::invalid_config, std::move(what)); }

bool is_wildcard(const std::string& host) {
  return host == "0.0.0.0" || host == "::" || host == "*";
}

error check_port(const std::string& key, const actors::address& x) {
  return x.port == 0 ? invalid(
           key + " is " + to_string(x)
           + "; the port must be from 1 to 65535, because others have to know it")
                     : error{};
}

error check_endpoint(const std::string& section, const endpoint_config& x) {
  if (x.listen.host.empty())
    return invalid(section + ".listen is empty; write host:port");
  if (
    auto trouble = first_error(
      {check_port(section + ".listen", x.listen),
       check_port(section + ".advertise", x.advertise)}))
    return trouble;
  if (is_wildcard(x.advertise.host))
    return invalid(
      section + ".advertise is " + to_string(x.advertise)
      + ", which nobody can dial; set it to this machine's address as others see it");
  return {};
}

error check_distinct_ports(const node_config& config) {
  struct door {
    std::string_view key;
    const actors::address& listen;
  };
  const auto doors = std::array{
    door{"link.listen", config.link_door.listen},
    door{"resp.listen", config.resp_door.listen},
    door{"http.listen", config.http_door.listen}};
  for (auto i = doors.begin(); i != doors.end(); ++i)
    for (auto k = doors.begin(); k != i; ++k)
      if (i->listen == k->listen)
        return invalid(
          std::string{i->key} + " is " + to_string(i->listen) + ", as is "
          + std::string{k->key} + "; give each a port of its own");
  return {};
}

error check_founder(
  const node_config& config, const founder& x, const std::vector<founder>& before) {
  const auto shown = x.name.value() + "=" + to_string(x.link);
  if (auto trouble = check_name("cluster.founders", x.name.value()))
    return trouble;
  if (auto trouble = check_port("cluster.founders", x.link))
    return trouble;
  if (is_wildcard(x.link.host))
    return invalid("cluster.founders lists " + shown + ", which nobody can dial");
  for (const auto& other : before)
    if (other.name == x.name || other.link == x.link)
      return invalid(
        "cluster.founders lists " + shown + " and " + other.name.value() + "="
        + to_string(other.link) + "; names and addresses must differ");
  if (x.name == config.name && x.link != config.link_door.advertise)
    return invalid(
      "cluster.founders lists " + shown + ", but this node advertises "
      + to_string(config.link_door.advertise)
      + "; make link.advertise and the list agree");
  if (x.name != config.name && x.link == config.link_door.advertise)
    return invalid(
      "cluster.founders lists " + shown + ", the address of this node, whose name is "
      + config.name.value() + "; make node.name and the list agree");
  return {};
}

error check_founders(const node_config& config) {
  auto before = std::vector<founder>{};
  for (const auto& x : config.founders) {
    if (auto trouble = check_founder(config, x, before))
      return trouble;
    before.push_back(x);
  }
  return {};
}

error check_join(const node_config& config) {
  for (const auto& x : config.join)
    if (auto trouble = check_port("cluster.join", x))
      return trouble;
  if (config.founders.empty() && !config.join.empty() && seeds_of(config).empty())
    return invalid(
      "cluster.join is " + to_string(config.join.front())
      + ", this node itself; name a member, or leave it out to found a cluster of one");
  return {};
}

// A request becomes one record, which goes to slaves and other nodes in one message.
/// What must fit into a message, with what is around it.
error check_request_sizes(const node_config& config) {
  constexpr auto headroom = kib(64);
  const auto room = byte_size{config.link.frame_bytes_max};
  const auto request = config.data_calls.request_max;
  if (request.bytes + headroom.bytes > room.bytes)
    return invalid(
      "data.request_max is " + to_text(request) + ", and link.frame_bytes_max "
      + to_text(room) + "; a request must fit into a message, with " + to_text(headroom)
      + " to spare");
  const auto command = config.requests.request_max;
  if (command.bytes + headroom.bytes > request.bytes)
    return invalid(
      "door.request_max is " + to_text(command) + ", and data.request_max "
      + to_text(request) + "; a command must fit into a request, with "
      + to_text(headroom) + " to spare");
  return {};
}

} // namespace

std::string_view to_string(membership_preset x) {
  for (const auto& [name, preset] : preset_names)
    if (preset == x)
      return name;
  return "unknown";
}

bool parse(std::string_view text, membership_preset& result) {
  const auto* found = std::ranges::find_if(
    preset_names, [text](const auto& x) { return x.first == text; });
  if (found == preset_names.end())
    return false;
  result = found->second;
  return true;
}

cluster::membership_config membership_of(membership_preset x) {
  switch (x) {
    case membership_preset::lan:
      break;
    case membership_preset::wan:
      return cluster::wan_membership();
    case membership_preset::test:
      return cluster::test_membership();
  }
  return cluster::lan_membership();
}

error check_name(std::string_view key, std::string_view text) {
  auto plain = [](char x) { return std::isalnum(static_cast<unsigned char>(x)) != 0; };
  auto usable = [&plain](char x) { return plain(x) || x == '_' || x == '-' || x == '.'; };
  constexpr auto length_max = std::size_t{64};
  if (
    !text.empty() && text.size() <= length_max && plain(text.front())
    && std::ranges::all_of(text, usable))
    return {};
  return invalid(
    std::string{key} + " is '" + std::string{text}
    + "'; allowed are 1 to 64 letters, digits, '_', '-' and '.', the first a letter or "
      "digit");
}

error node_config::validate() const {
  if (data_dir.empty())
    return invalid("node.data_dir is empty; name a directory");
  return first_error({
    check_name("node.name", name.value()),
    check_range("node.threads", thread_count, 0, 1'024),
    check_range(
      "node.inject_max", inject_max, std::chrono::seconds{1}, std::chrono::hours{24}),
    check_range(
      "node.leave_max", leave_max, std::chrono::seconds{1}, std::chrono::hours{1}),
    // The rest of a leave needs time, too.
    check_range(
      "node.hand_over", hand_over, std::chrono::milliseconds{100}, leave_max / 2),
    check_name("cluster.name", cluster_name),
    check_endpoint("link", link_door),
    check_endpoint("resp", resp_door),
    check_endpoint("http", http_door),
    check_distinct_ports(*this),
    check_founders(*this),
    check_join(*this),
    link.validate(),
    membership.validate(),
    registry.validate(),
    storage.validate(),
    stores.validate(),
    service.validate(),
    call.validate(),
    door.validate(),
    session.validate(),
    requests.validate(),
    data.validate(),
    forwards.validate(),
    data_calls.validate(),
    http.validate(),
    check_request_sizes(*this),
  });
}

void complete(node_config& config, std::string_view host_name) {
  if (config.name.value().empty())
    config.name = node_name{std::string{host_name.substr(0, host_name.find('.'))}};
  for (auto* x : {&config.link_door, &config.resp_door, &config.http_door})
    if (x->advertise.host.empty())
      x->advertise = x->listen;
}

std::vector<founder> founders_of(const node_config& config) {
  if (config.founders.empty() && config.join.empty())
    return {{config.name, config.link_door.advertise}};
  return config.founders;
}

bool is_founder(const node_config& config) {
  return std::ranges::any_of(
    founders_of(config), [&config](const founder& x) { return x.name == config.name; });
}

std::vector<actors::address> seeds_of(const node_config& config) {
  auto result = std::vector<actors::address>{};
  auto add = [&](const actors::address& x) {
    if (x != config.link_door.advertise && std::ranges::find(result, x) == result.end())
      result.push_back(x);
  };
  for (const auto& x : config.founders)
    add(x.link);
  for (const auto& x : config.join)
    add(x);
  return result;
}

} // namespace troupe::apps
