#include "router/resp/door_info.hpp"

#include "router/resp/letter_case.hpp"
#include "router/resp/reply.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace troupe::router {

namespace {

using std::to_string;

void put(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ':';
  out += value;
  out += "\r\n";
}

void put(std::string& out, std::string_view name, std::uint64_t value) {
  put(out, name, to_string(value));
}

std::string server_section(const cluster_view&, const door_facts& facts) {
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(facts.uptime).count();
  auto out = std::string{"# Server\r\n"};
  put(out, "redis_version", redis_version);
  put(out, "troupe_version", facts.version);
  put(out, "redis_mode", "cluster");
  put(out, "process_id", facts.process_id);
  put(out, "tcp_port", facts.port);
  put(out, "uptime_in_seconds", to_string(seconds));
  put(out, "uptime_in_days", to_string(seconds / 86'400));
  return out;
}

std::string clients_section(const cluster_view&, const door_facts& facts) {
  auto out = std::string{"# Clients\r\n"};
  put(out, "connected_clients", facts.connection_count);
  put(out, "maxclients", facts.connection_count_max);
  return out;
}

std::string memory_section(const cluster_view&, const door_facts& facts) {
  auto out = std::string{"# Memory\r\n"};
  put(out, "used_memory", facts.memory_bytes);
  put(out, "maxmemory", "0");
  return out;
}

std::string persistence_section(const cluster_view&, const door_facts&) {
  auto out = std::string{"# Persistence\r\n"};
  put(out, "loading", "0");
  put(out, "async_loading", "0");
  return out;
}

std::string stats_section(const cluster_view&, const door_facts& facts) {
  auto out = std::string{"# Stats\r\n"};
  put(out, "total_connections_received", facts.connections_total);
  put(out, "total_commands_processed", facts.commands_total);
  return out;
}

std::string replication_section(const cluster_view& cluster, const door_facts&) {
  auto out = std::string{"# Replication\r\n"};
  const auto* self = cluster.find(cluster.self());
  const auto* master
    = self != nullptr && self->is_replica() ? cluster.find(*self->master) : nullptr;
  put(out, "role", master != nullptr ? "slave" : "master");
  if (master != nullptr) {
    put(out, "master_host", master->resp.host);
    put(out, "master_port", master->resp.port);
    put(out, "master_link_status", "up");
    put(out, "master_sync_in_progress", "0");
  }
  auto slaves = std::ranges::count_if(
    cluster.nodes(), [&](const auto& x) { return x.second.master == cluster.self(); });
  put(out, "connected_slaves", to_string(slaves));
  return out;
}

std::string cluster_section(const cluster_view&, const door_facts&) {
  return "# Cluster\r\ncluster_enabled:1\r\n";
}

struct section {
  std::string_view name;
  std::string (*text)(const cluster_view&, const door_facts&);
};

constexpr auto sections_known = std::to_array<section>({
  {"server", server_section},
  {"clients", clients_section},
  {"memory", memory_section},
  {"persistence", persistence_section},
  {"stats", stats_section},
  {"replication", replication_section},
  {"cluster", cluster_section},
});

bool wants_all(request_arguments sections) {
  constexpr auto everything
    = std::to_array<std::string_view>({"default", "all", "everything"});
  return sections.empty() || std::ranges::any_of(sections, [&](std::string_view x) {
           return std::ranges::any_of(everything, [x](std::string_view name) {
             return equals_ignoring_case(x, name);
           });
         });
}

} // namespace

std::string info_reply(
  request_arguments sections, const cluster_view& cluster, const door_facts& facts) {
  auto all = wants_all(sections);
  auto text = std::string{};
  for (const auto& known : sections_known) {
    auto named = [&](std::string_view x) { return equals_ignoring_case(x, known.name); };
    if (!all && std::ranges::none_of(sections, named))
      continue;
    if (!text.empty())
      text += "\r\n";
    text += known.text(cluster, facts);
  }
  return bulk_reply(text);
}

std::string config_get_reply(request_arguments patterns, const door_facts& facts) {
  auto known = facts.config;
  known.emplace_back("appendonly", "yes"); // The log: an acknowledged write is on disks.
  known.emplace_back("cluster-enabled", "yes");
  known.emplace_back("databases", "1");
  known.emplace_back("maxclients", to_string(facts.connection_count_max));
  known.emplace_back("maxmemory", "0");
  known.emplace_back("port", to_string(facts.port));
  known.emplace_back("save", "");
  std::erase_if(known, [&](const auto& x) {
    return std::ranges::none_of(patterns, [&](std::string_view pattern) {
      return matches_pattern(lower_case(pattern), x.first);
    });
  });
  auto result = std::string{};
  put_array(result, 2 * known.size());
  for (const auto& [name, value] : known) {
    put_bulk(result, name);
    put_bulk(result, value);
  }
  return result;
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  auto at = std::size_t{0};
  auto star = std::string_view::npos; // The last that was met,
  auto resume = std::size_t{0};       // and what it does not cover yet.
  for (std::size_t i = 0; i < text.size();) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = i;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[i])) {
      ++at;
      ++i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

} // namespace troupe::router
