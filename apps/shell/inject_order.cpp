#include "apps/shell/inject_order.hpp"

#include "actors/base/config.hpp"
#include "apps/node/config_value.hpp"
#include "apps/node/nearest.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace troupe::apps::shell {

namespace {

error refused(std::string what) { return fail(ec::invalid_argument, std::move(what)); }

std::vector<std::string> split(const std::string& text, char separator) {
  auto result = std::vector<std::string>{""};
  for (const auto x : text)
    if (x == separator)
      result.emplace_back();
    else
      result.back() += x;
  return result;
}

expected<std::vector<node_name>> read_names(const std::string& text) {
  auto result = std::vector<node_name>{};
  for (const auto& name : split(text, ',')) {
    if (name.empty())
      return refused("a name is missing in '" + text + "'");
    const auto known = node_name{name};
    if (std::ranges::find(result, known) != result.end())
      return refused(name + " is there twice");
    result.push_back(known);
  }
  return result;
}

error read_groups(const std::string& target, inject_order& order) {
  auto all = std::vector<node_name>{};
  for (const auto& text : split(target, '/')) {
    auto group = read_names(text);
    if (!group)
      return group.error();
    for (const auto& name : *group) {
      if (std::ranges::find(all, name) != all.end())
        return refused(name.value() + " is in two groups");
      all.push_back(name);
    }
    order.groups.push_back(std::move(*group));
  }
  return {};
}

bool has_links(injected_kind kind) {
  return kind != injected_kind::pause && kind != injected_kind::disk_stall;
}

error read_target(const std::string& target, inject_order& order) {
  if (
    target.find(':') != std::string::npos && order.what.kind == injected_kind::partition)
    return refused("a partition has groups: inject partition n1,n2/n3");
  if (order.what.kind == injected_kind::partition)
    return read_groups(target, order);
  const auto parts = split(target, ':');
  const auto kind = std::string{to_string(order.what.kind)};
  if (parts.size() > 2 || (parts.size() == 2 && !has_links(order.what.kind)))
    return refused(
      "'" + target + "' is no target of " + kind
      + (has_links(order.what.kind) ? "; write n1, or n1:n2,n3 for some of its links" : "; write the name of a node"));
  auto node = read_names(parts.front());
  if (!node)
    return node.error();
  if (node->size() > 1)
    return refused(kind + " strikes one node; order it for each of '" + target + "'");
  order.groups.push_back(std::move(*node));
  if (parts.size() == 1)
    return {};
  auto peers = read_names(parts.back());
  if (!peers)
    return peers.error();
  order.peers = std::move(*peers);
  if (std::ranges::find(order.peers, order.groups[0][0]) != order.peers.end())
    return refused("a node has no link to itself");
  return {};
}

error take_time(const std::string& text, duration& result) {
  const auto parsed = parse_duration(text);
  if (!parsed)
    return refused(sentence_of(parsed.error()));
  result = *parsed;
  return {};
}

error read_value_of(const std::string& text, injected_fault& fault) {
  switch (fault.kind) {
    case injected_kind::drop:
      if (const auto trouble = apps::read_value(text, fault.ratio))
        return refused(sentence_of(trouble));
      return {};
    case injected_kind::delay:
      return take_time(text, fault.delay);
    case injected_kind::disk_stall:
      return take_time(text, fault.stall);
    case injected_kind::one_way:
    case injected_kind::partition:
    case injected_kind::pause:
      break;
  }
  return refused(std::string{to_string(fault.kind)} + " takes no value");
}

error read_flags(const invocation& call, injected_fault& fault) {
  if (const auto given = call.flags.find("--for"); given != call.flags.end()) {
    if (auto trouble = take_time(given->second, fault.length))
      return trouble;
    if (fault.length == duration::zero())
      return refused("--for is 0");
  }
  const auto jitter = call.flags.find("--jitter");
  if (jitter == call.flags.end())
    return {};
  if (fault.kind != injected_kind::delay)
    return refused("--jitter is of delay alone");
  return take_time(jitter->second, fault.jitter);
}

error check_members(
  const std::vector<node_name>& names, const std::vector<node_name>& members) {
  for (const auto& x : names) {
    if (std::ranges::find(members, x) != members.end())
      continue;
    auto known = std::vector<std::string>{};
    for (const auto& y : members)
      known.push_back(y.value());
    const auto guess = nearest(x.value(), known);
    return fail(
      ec::not_found,
      "there is no member " + x.value()
        + (guess.empty() ? std::string{"; 'members' lists all"} : "; did you mean " + guess + "?"));
  }
  return {};
}

std::vector<node_name>
without(const std::vector<node_name>& all, const std::vector<node_name>& some) {
  auto result = std::vector<node_name>{};
  std::ranges::copy_if(all, std::back_inserter(result), [&](const node_name& x) {
    return std::ranges::find(some, x) == some.end();
  });
  return result;
}

/// Each group is told of all nodes in the others, so that both ends of a link are cut.
expected<std::vector<node_order>>
spread_groups(const inject_order& order, const std::vector<node_name>& members) {
  auto groups = order.groups;
  if (groups.size() == 1)
    groups.push_back(without(members, groups.front()));
  if (groups.back().empty())
    return refused("everybody is in one group: nobody would be cut off");
  auto all = std::vector<node_name>{};
  for (const auto& group : groups)
    all.insert(all.end(), group.begin(), group.end());
  auto result = std::vector<node_order>{};
  for (const auto& group : groups)
    for (const auto& node : group) {
      result.push_back({node, order.what});
      result.back().what.peers = without(all, group);
    }
  return result;
}

} // namespace

expected<inject_order> read_order(const invocation& call) {
  auto result = inject_order{};
  const auto& words = call.arguments;
  if (words.size() < 2 || !parse(words.front(), result.what.kind))
    return refused(
      "whom shall it strike? Write: inject " + call.first_argument() + " n1 ...");
  if (auto trouble = read_target(words[1], result))
    return trouble;
  if (words.size() > 2)
    if (auto trouble = read_value_of(words[2], result.what))
      return trouble;
  if (auto trouble = read_flags(call, result.what))
    return trouble;
  // The node knows how long its faults may last.
  if (auto trouble = check(result.what, duration::max()))
    return trouble;
  return result;
}

expected<std::vector<node_order>>
spread(const inject_order& order, const std::vector<node_name>& members) {
  auto named = order.peers;
  for (const auto& group : order.groups)
    named.insert(named.end(), group.begin(), group.end());
  if (auto trouble = check_members(named, members))
    return trouble;
  if (order.what.kind == injected_kind::partition)
    return spread_groups(order, members);
  auto result = std::vector<node_order>{{order.groups.front().front(), order.what}};
  result.back().what.peers = order.peers;
  return result;
}

std::string target_of(const node_name& node, const injected_fault& fault) {
  auto result = node.value();
  for (const auto& x : fault.peers)
    result += (&x == &fault.peers.front() ? ":" : ",") + x.value();
  return result;
}

} // namespace troupe::apps::shell
