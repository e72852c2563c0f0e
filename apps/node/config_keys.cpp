#include "apps/node/config_keys.hpp"

#include "actors/base/config.hpp"
#include "apps/node/config_value.hpp"
#include "apps/node/nearest.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <concepts>
#include <utility>

namespace troupe::apps {

namespace {

using cluster::link_config;
using cluster::membership_config;
using registry::registry_config;

template <class T>
constexpr key_kind kind_of() {
  if constexpr (std::same_as<T, std::chrono::milliseconds>)
    return key_kind::time;
  else if constexpr (std::same_as<T, bool>)
    return key_kind::truth;
  else if constexpr (std::same_as<T, byte_size>)
    return key_kind::bytes;
  else if constexpr (std::unsigned_integral<T>)
    return key_kind::number;
  else if constexpr (std::same_as<T, double>)
    return key_kind::ratio;
  else if constexpr (
    requires(T x) { x.push_back(std::move(x.front())); } && !std::same_as<T, std::string>)
    return key_kind::list;
  else
    return key_kind::text;
}

/// Builds the keys of one section, whose settings are members of `Struct`, itself the
/// member `where` of a node_config.
template <class Struct>
struct section {
  std::string_view name;
  Struct node_config::*where;

  template <class T>
  config_key operator()(
    std::string_view key, T Struct::*member, std::string_view about,
    std::string_view flag = {}) const {
    return {
      name,
      key,
      kind_of<T>(),
      flag,
      about,
      [where = where, member](node_config& x, std::string_view text) {
        return read_value(text, x.*where.*member);
      },
      [where = where, member](const node_config& x) {
        return print_value(x.*where.*member);
      }};
  }

  /// For plain integers that count bytes.
  [[nodiscard]] config_key
  bytes(std::string_view key, std::size_t Struct::*member, std::string_view about) const {
    return {
      name,
      key,
      key_kind::bytes,
      {},
      about,
      [where = where, member](node_config& x, std::string_view text) {
        auto size = byte_size{};
        auto trouble = read_value(text, size);
        if (!trouble)
          x.*where.*member = size.bytes;
        return trouble;
      },
      [where = where, member](const node_config& x) {
        return print_value(byte_size{x.*where.*member});
      }};
  }
};

/// For settings that are members of the node_config itself.
template <class T>
config_key own(
  std::string_view section, std::string_view key, T node_config::*member,
  std::string_view about, std::string_view flag = {}) {
  return {
    section,
    key,
    kind_of<T>(),
    flag,
    about,
    [member](node_config& x, std::string_view text) {
      return read_value(text, x.*member);
    },
    [member](const node_config& x) { return print_value(x.*member); }};
}

using key_list = std::vector<config_key>;

key_list node_keys() {
  using c = node_config;
  return {
    own("node", "name", &c::name, "name in the cluster (host name)", "--name"),
    own("node", "data_dir", &c::data_dir, "where its data lives", "--data-dir"),
    own(
      "node", "threads", &c::thread_count, "threads that run actors (one per core)",
      "--threads"),
    own(
      "node", "allow_inject", &c::allow_inject, "let shells inject faults into this node",
      "--allow-inject"),
    own("node", "inject_max", &c::inject_max, "longest life of an injected fault"),
    own(
      "node", "hand_over", &c::hand_over,
      "a leaving node's time to hand masterships over"),
    own("node", "leave_max", &c::leave_max, "a leaving node ends hard after this long"),
    own(
      "cluster", "name", &c::cluster_name, "nodes of other clusters are refused",
      "--cluster"),
    own(
      "cluster", "founders", &c::founders, "who creates the cluster: name=host:port,...",
      "--founders"),
    own("cluster", "join", &c::join, "members to dial: host:port,...", "--join"),
  };
}

key_list door_keys() {
  const auto link = section<endpoint_config>{"link", &node_config::link_door};
  const auto resp = section<endpoint_config>{"resp", &node_config::resp_door};
  const auto http = section<endpoint_config>{"http", &node_config::http_door};
  constexpr auto listen = &endpoint_config::listen;
  constexpr auto advertise = &endpoint_config::advertise;
  return {
    link("listen", listen, "where other nodes and shells connect", "--listen"),
    link("advertise", advertise, "the same, as others dial it", "--advertise"),
    resp("listen", listen, "where Redis clients connect", "--resp"),
    resp("advertise", advertise, "the same, as others dial it"),
    http("listen", listen, "where HTTP clients connect", "--http"),
    http("advertise", advertise, "the same, as others dial it"),
  };
}

key_list link_keys() {
  using c = link_config;
  const auto link = section<c>{"link", &node_config::link};
  return {
    link("heartbeat_interval", &c::heartbeat_interval, "heartbeats of a quiet link"),
    link("silence_max", &c::silence_max, "silence that breaks a link"),
    link("frame_deadline", &c::frame_deadline, "longest arrival of one message"),
    link("dial_deadline", &c::dial_deadline, "longest connect"),
    link("handshake_deadline", &c::handshake_deadline, "longest handshake"),
    link("down_after", &c::down_after, "broken for this long: its actors are gone"),
    link("idle_after", &c::idle_after, "unused for this long: it closes"),
    link("redial_min", &c::redial_min, "first pause before a dial is repeated"),
    link("redial_max", &c::redial_max, "longest pause before a dial is repeated"),
    link("call_age_max", &c::call_age_max, "age at which a call is forgotten"),
    link.bytes(
      "window_control_bytes", &c::window_control_bytes, "credit of the control lane"),
    link.bytes("window_bulk_bytes", &c::window_bulk_bytes, "credit of the bulk lane"),
    link.bytes("queue_bytes_max", &c::queue_bytes_max, "what may wait, per lane"),
    link.bytes("frame_bytes_max", &c::frame_bytes_max, "largest message"),
    link("greeting_count_max", &c::greeting_count_max, "strangers at the door"),
  };
}

key_list membership_keys() {
  using c = membership_config;
  const auto of = section<c>{"membership", &node_config::membership};
  return {
    own(
      "membership", "preset", &node_config::preset, "lan, wan or test: base of the rest",
      "--preset"),
    of("probe_interval", &c::probe_interval, "time between two probes"),
    of("probe_timeout", &c::probe_timeout, "silence after which helpers are asked"),
    of("indirect_probe_count", &c::indirect_probe_count, "helpers asked"),
    of("suspicion_mult", &c::suspicion_mult, "shortest suspicion, in probe intervals"),
    of("suspicion_max_mult", &c::suspicion_max_mult, "longest, in shortest ones"),
    of("health_score_max", &c::health_score_max, "most that own ill health counts"),
    of("late_wake", &c::late_wake, "a wake-up this late is a pause of our own"),
    of("gossip_interval", &c::gossip_interval, "time between two rounds of gossip"),
    of("gossip_node_count", &c::gossip_node_count, "members told per round"),
    of("gossip_to_dead_for", &c::gossip_to_dead_for, "the dead are told for this long"),
    of("retransmit_mult", &c::retransmit_mult, "how often a claim is passed on"),
    of.bytes("gossip_bytes_max", &c::gossip_bytes_max, "claims in one message"),
    of("push_pull_interval", &c::push_pull_interval, "time between full exchanges"),
    of("reconnect_interval", &c::reconnect_interval, "time between tries at the dead"),
    of("reconnect_count", &c::reconnect_count, "dead members per try"),
    of("reclaim_after", &c::reclaim_after, "how long the gone stay on the list"),
    of("join_interval", &c::join_interval, "time between tries at the seeds"),
    of("leave_timeout", &c::leave_timeout, "longest wait for a leave to spread"),
  };
}

key_list registry_keys() {
  using c = registry_config;
  const auto of = section<c>{"registry", &node_config::registry};
  return {
    of("gossip_interval", &c::gossip_interval, "time between two exchanges"),
    of("gossip_fanout", &c::gossip_fanout, "peers per exchange"),
    of("retention", &c::retention, "how long what was deleted is remembered"),
    of("collect_interval", &c::collect_interval, "time between two clean-ups"),
    of.bytes("delta_bytes_max", &c::delta_bytes_max, "changes in one message"),
    of.bytes("owner_bytes_max", &c::owner_bytes_max, "entries of one node"),
    of("owner_entries_max", &c::owner_entries_max, "number of entries of one node"),
    of("owner_tombstones_max", &c::owner_tombstones_max, "deletions of one node"),
    of.bytes("value_bytes_max", &c::value_bytes_max, "largest value"),
    of.bytes("key_bytes_max", &c::key_bytes_max, "longest name"),
    of("owners_max", &c::owners_max, "nodes known at once"),
    of("subscribers_max", &c::subscribers_max, "subscribers on this node"),
    of("unacked_max", &c::unacked_max, "pushes that a subscriber may leave unread"),
    of("detection_window", &c::detection_window, "losses this close are one event"),
    of("vanished_ratio_max", &c::vanished_ratio_max, "share that is believed to vanish"),
    of("vanished_owners_min", &c::vanished_owners_min, "nodes from which it counts"),
    of("probe_interval", &c::probe_interval, "probes of what membership calls dead"),
  };
}

key_list storage_keys() {
  using c = storage::storage_config;
  const auto of = section<c>{"storage", &node_config::storage};
  return {
    of("shards", &c::shard_count, "shards of the data", "--shards"),
    of("replicas", &c::replica_count, "copies of each (the founders, 3 at most)"),
    of("ack", &c::ack, "async, semi or quorum", "--ack"),
    of("beat", &c::beat, "time between two Beats of a master"),
    of("election_timeout", &c::election_timeout, "silence that makes a slave stand"),
    of("lease", &c::lease, "how long a master reads alone; 0 ms: never"),
    of("drift_percent", &c::drift_percent, "largest difference of clock rates"),
    of("disk_stall", &c::disk_stall, "sync this late: the master hands over"),
    of.bytes("segment_bytes", &c::segment_bytes, "length of a segment of a log"),
    of.bytes("batch_bytes", &c::batch_bytes, "records in one message to a slave"),
    of.bytes("credit_bytes", &c::credit_bytes, "records under way to a slave"),
    of.bytes(
      "uncommitted_bytes_max", &c::uncommitted_bytes_max, "records without a majority"),
    of("sync_threads", &c::sync_thread_count, "threads that sync logs"),
  };
}

key_list store_keys() {
  using c = storage::store_config;
  const auto of = section<c>{"storage", &node_config::stores};
  return {
    of.bytes("block_cache_bytes", &c::block_cache_bytes, "rows read lately, in memory"),
    of.bytes("write_buffer_bytes", &c::write_buffer_bytes, "rows not yet in files"),
    of(
      "background_threads", &c::background_thread_count,
      "threads that flush and merge stores"),
  };
}

key_list service_keys() {
  using c = router::invocation_log_config;
  const auto of = section<c>{"service", &node_config::service};
  return {
    of("running_max", &c::running_max, "calls that run at one time, per provider"),
    of("callers_max", &c::callers_max, "callers remembered, per provider"),
    of.bytes("result_bytes_max", &c::result_bytes_max, "results kept for retries"),
    of("retention", &c::retention, "how long a silent caller's results are kept"),
    of("slow_after", &c::slow_after, "handlers that take longer are logged"),
  };
}

key_list call_keys() {
  using c = router::call_config;
  const auto of = section<c>{"call", &node_config::call};
  return {
    of("deadline", &c::deadline, "time from a call to its answer or failure"),
    of("mode", &c::mode, "failover or failfast"),
    of("retry_count", &c::retry_count, "attempts after the first"),
    of("balancer", &c::balancer, "random or round_robin"),
    of("calls_max", &c::calls_max, "calls of one caller at one time"),
    of("slow_after", &c::slow_after, "calls that take longer are logged"),
  };
}

key_list resp_keys() {
  using c = router::resp_door_config;
  using s = router::resp_session_config;
  using l = router::resp_limits;
  const auto of = section<c>{"door", &node_config::door};
  const auto session = section<s>{"door", &node_config::session};
  const auto requests = section<l>{"door", &node_config::requests};
  return {
    of("threads", &c::thread_count, "threads that serve Redis clients"),
    of("deadline", &c::deadline, "time from a command to its answer or failure"),
    of("command_deadline", &c::command_deadline, "time to send one command whole"),
    of("reads", &c::reads, "lease or master"),
    session("redirect", &s::redirect, "auto, always or never"),
    of("clients_max", &c::clients_max, "connections at one time"),
    session("in_flight_max", &s::in_flight_max, "commands under way, per connection"),
    session("in_flight_bytes_max", &s::in_flight_bytes_max, "the same in bytes"),
    session("output_max", &s::output_max, "unread replies that stop a client"),
    of("unread_max", &c::unread_max, "unread replies that end a connection"),
    of("keepalive", &c::keepalive, "silence after which a client is probed"),
    requests("argument_count_max", &l::argument_count_max, "arguments of a command"),
    requests("bulk_max", &l::bulk_max, "largest argument, hence value"),
    requests("inline_max", &l::inline_max, "largest inline command"),
    requests("request_max", &l::request_max, "largest command"),
  };
}

key_list data_keys() {
  using r = router::data_router_config;
  using f = router::forwards_config;
  using c = router::data_calls_config;
  const auto router = section<r>{"data", &node_config::data};
  const auto forwards = section<f>{"data", &node_config::forwards};
  const auto calls = section<c>{"data", &node_config::data_calls};
  return {
    calls("calls_max", &c::calls_max, "requests to shards under way, per asker"),
    calls("bytes_max", &c::bytes_max, "the same in bytes"),
    calls("request_max", &c::request_max, "largest request"),
    calls("retry_min", &c::retry_min, "first wait before a shard is asked again"),
    calls("retry_max", &c::retry_max, "longest such wait"),
    calls("resend_after", &c::resend_after, "unanswered for this long: it is sent again"),
    forwards("forwards_max", &f::requests_max, "requests under way to one node"),
    forwards("transit_max", &f::transit_max, "bytes on their way to one node"),
    router("closings_interval", &r::closings_interval, "words about closed sessions"),
  };
}

key_list http_keys() {
  using c = monitor::http_door_config;
  const auto of = section<c>{"http", &node_config::http};
  return {
    of("connections_max", &c::connections_max, "connections at one time"),
    of("client_deadline", &c::client_deadline, "time for a request, and for its answer"),
    of("header_max", &c::header_max, "largest header of a request"),
  };
}

key_list log_keys() {
  const auto log = section<log_config>{"log", &node_config::log};
  return {
    log("level", &log_config::level, "trace debug info warn error off", "--log-level"),
    log("format", &log_config::format, "text or json", "--log-format"),
    log("file", &log_config::file, "appended to (stderr)", "--log-file"),
  };
}

/// The doors come first within their sections, so that [link] is whole.
key_list all_keys() {
  auto result = key_list{};
  for (auto&& part :
       {node_keys(), door_keys(), link_keys(), membership_keys(), registry_keys(),
        storage_keys(), store_keys(), service_keys(), call_keys(), resp_keys(),
        data_keys(), log_keys(), http_keys()})
    result.insert(result.end(), part.begin(), part.end());
  return result;
}

} // namespace

std::string config_key::full() const {
  return std::string{section} + "." + std::string{key};
}

std::string config_key::variable() const {
  auto result = "TROUPE_" + std::string{section} + "_" + std::string{key};
  std::ranges::transform(result, result.begin(), [](char x) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(x)));
  });
  return result;
}

const std::vector<config_key>& config_keys() {
  static const auto keys = all_keys();
  return keys;
}

const config_key* find_key(std::string_view full) {
  const auto found = std::ranges::find_if(
    config_keys(), [full](const config_key& x) { return x.full() == full; });
  return found == config_keys().end() ? nullptr : &*found;
}

bool is_section(std::string_view section) {
  return std::ranges::any_of(
    config_keys(), [section](const config_key& x) { return x.section == section; });
}

std::string hint_for_key(std::string_view full) {
  const auto name = full.substr(full.find('.') + 1);
  auto names = std::vector<std::string>{};
  for (const auto& x : config_keys()) {
    if (x.key == name)
      return "; did you mean " + x.full() + "?";
    names.push_back(x.full());
  }
  const auto guess = nearest(full, names);
  return guess.empty() ? "; 'node --help-keys' lists all keys"
                       : "; did you mean " + guess + "?";
}

} // namespace troupe::apps
