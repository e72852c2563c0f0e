#include "apps/shell/data_views.hpp"

#include "router/resp/read_reply.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::apps::shell {

namespace {

json slots_value(const std::vector<storage::slot_range>& slots) {
  auto result = json::array();
  for (const auto& x : slots)
    result.push_back({x.first.value(), x.last.value()});
  return result;
}

std::string slots_text(const std::vector<storage::slot_range>& slots) {
  auto result = std::string{};
  for (const auto& x : slots) {
    result += result.empty() ? "" : ",";
    result += to_string(x.first);
    if (x.last != x.first)
      result += "-" + to_string(x.last);
  }
  return result;
}

json value_of(const std::optional<node_name>& x) { return x ? json(x->value()) : json(); }

json value_of(const std::optional<lsn>& x) { return x ? json(x->value()) : json(); }

json value_of(const std::optional<std::uint64_t>& x) { return x ? json(*x) : json(); }

std::string text_of(const std::optional<lsn>& x) { return x ? to_string(*x) : "?"; }

json value_of(const replica_row& x) {
  return {
    {"node", x.node.value()},
    {"state", x.state},
    {"role", x.role},
    {"voter", x.voter},
    {"durable", value_of(x.durable)},
    {"commit", value_of(x.commit)},
    {"applied", value_of(x.applied)},
    {"lag", value_of(x.lag)}};
}

json value_of(const shard_row& x) {
  auto result = json{
    {"shard", x.shard.value()},
    {"epoch", x.at.value()},
    {"master", value_of(x.master)},
    {"slots", slots_value(x.slots)},
    {"replicas", json::array()}};
  for (const auto& replica : x.replicas)
    result["replicas"].push_back(value_of(replica));
  return result;
}

tone tone_of_role(std::string_view role) {
  if (role == "master")
    return tone::good;
  return role == "slave" ? tone::plain : tone::warning;
}

tone tone_of_state(std::string_view state) {
  return state == "alive" ? tone::plain : tone::warning;
}

table_cell lag_cell(const replica_row& x) {
  if (!x.lag)
    return {"?", tone::warning};
  return {std::to_string(*x.lag), *x.lag > 0 ? tone::warning : tone::plain};
}

/// What is the same for all replicas of a shard stands in its first row.
void add_rows(const shard_row& x, text_table& out) {
  auto shard = std::vector<table_cell>{
    {to_string(x.shard)},
    {to_string(x.at)},
    x.master ? table_cell{x.master->value(), tone::good} : table_cell{"none", tone::bad},
    {x.shard == shard_id{0} ? "catalog" : slots_text(x.slots)}};
  for (const auto& replica : x.replicas) {
    auto row = std::exchange(shard, std::vector<table_cell>(4));
    row.push_back({replica.node.value()});
    row.push_back({replica.state, tone_of_state(replica.state)});
    row.push_back({replica.role, tone_of_role(replica.role)});
    row.push_back({text_of(replica.durable)});
    row.push_back({text_of(replica.commit)});
    row.push_back({text_of(replica.applied)});
    row.push_back(lag_cell(replica));
    out.rows.push_back(std::move(row));
  }
}

struct owned_range {
  storage::slot_range slots;
  shard_id shard;
  std::optional<node_name> master;
};

std::vector<owned_range>
ranges_of(const shards_reply& x, const std::optional<slot>& only) {
  auto result = std::vector<owned_range>{};
  for (const auto& shard : x.shards)
    for (const auto& slots : shard.slots)
      if (!only || slots.contains(*only))
        result.push_back({slots, shard.shard, shard.master});
  std::ranges::sort(result, {}, [](const owned_range& r) { return r.slots.first; });
  return result;
}

// -- replies of Redis

error error_in(std::string_view line) {
  const auto word = line.substr(0, line.find(' '));
  const auto code = word == "CLUSTERDOWN" ? ec::unreachable
                    : word == "TRYAGAIN"  ? ec::busy
                    : word == "UNKNOWN"   ? ec::deadline_exceeded
                                          : ec::invalid_argument;
  return fail(code, std::string{line});
}

json value_of(const router::resp_scalar& x) {
  if (const auto* text = std::get_if<std::string>(&x))
    return *text;
  if (const auto* number = std::get_if<std::int64_t>(&x))
    return *number;
  if (const auto* trouble = std::get_if<router::resp_error>(&x))
    return trouble->text;
  return {};
}

table_cell cell_of(const json& x) {
  if (x.is_null())
    return {"(nil)", tone::faint};
  return {x.is_string() ? x.get<std::string>() : x.dump()};
}

} // namespace

answer view_shards(const shards_reply& x, const std::string& number) {
  auto result = answer{json::array(), {}};
  result.text.columns
    = {{"SHARD", true},  {"EPOCH", true},   {"MASTER"},   {"SLOTS"},
       {"NODE"},         {"STATE"},         {"ROLE"},     {"DURABLE", true},
       {"COMMIT", true}, {"APPLIED", true}, {"LAG", true}};
  result.text.when_empty = !number.empty()     ? "no shard " + number
                           : x.waiting.empty() ? "no shards"
                                               : x.waiting;
  for (const auto& row : x.shards) {
    if (!number.empty() && to_string(row.shard) != number)
      continue;
    result.value.push_back(value_of(row));
    add_rows(row, result.text);
  }
  if (!x.waiting.empty() && !result.text.rows.empty()) {
    auto note = std::vector<table_cell>(result.text.columns.size());
    note[3] = {x.waiting, tone::warning};
    result.text.rows.push_back(std::move(note));
  }
  return result;
}

answer view_slots(const shards_reply& x, const std::optional<slot>& only) {
  auto result = answer{json::array(), {}};
  result.text.columns = {{"SLOTS"}, {"SHARD", true}, {"MASTER"}};
  result.text.when_empty
    = only ? "nobody owns slot " + to_string(*only) : "no slot is owned yet";
  if (only)
    result.text.columns.insert(result.text.columns.begin(), {"SLOT", true});
  for (const auto& range : ranges_of(x, only)) {
    auto value = json{
      {"first", range.slots.first.value()},
      {"last", range.slots.last.value()},
      {"shard", range.shard.value()},
      {"master", value_of(range.master)}};
    auto row = std::vector<table_cell>{
      {slots_text({range.slots})},
      {to_string(range.shard)},
      range.master ? table_cell{range.master->value()} : table_cell{"none", tone::bad}};
    if (only) {
      value["slot"] = only->value();
      row.insert(row.begin(), {to_string(*only)});
    }
    result.value.push_back(std::move(value));
    result.text.rows.push_back(std::move(row));
  }
  return result;
}

expected<answer> view_data(const data_reply& x) {
  const auto reply = router::read_reply(x.resp);
  if (!reply)
    return fail(ec::malformed, "the node's reply is none of Redis's");
  auto result = answer{json::array(), {{{}}, {}, "(empty)"}};
  if (const auto* array = std::get_if<router::resp_array>(&*reply)) {
    for (const auto& element : *array) {
      result.value.push_back(value_of(element));
      result.text.rows.push_back({cell_of(result.value.back())});
    }
    return result;
  }
  const auto& scalar = std::get<router::resp_scalar>(*reply);
  if (const auto* trouble = std::get_if<router::resp_error>(&scalar))
    return error_in(trouble->text);
  result.value = value_of(scalar);
  result.text.rows.push_back({cell_of(result.value)});
  return result;
}

} // namespace troupe::apps::shell
