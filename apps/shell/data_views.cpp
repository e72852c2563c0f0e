#include "apps/shell/data_views.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>
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

/// Takes a line, which must end in CR LF, off `rest`.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const auto end = rest.find("\r\n");
  if (end == std::string_view::npos)
    return std::nullopt;
  const auto result = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return result;
}

std::optional<std::int64_t> number_in(std::string_view text) {
  auto result = std::int64_t{};
  const auto [end, trouble]
    = std::from_chars(text.data(), text.data() + text.size(), result);
  if (trouble != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return result;
}

std::optional<json> take_bulk(std::string_view& rest, std::int64_t size) {
  if (size == -1)
    return json{};
  if (size < 0 || rest.size() < static_cast<std::size_t>(size) + 2)
    return std::nullopt;
  auto result = json(std::string{rest.substr(0, static_cast<std::size_t>(size))});
  rest.remove_prefix(static_cast<std::size_t>(size) + 2);
  return result;
}

/// One reply off `rest`; no array within an array, which no command on data answers.
std::optional<json> take_reply(std::string_view& rest, bool nested) {
  const auto line = take_line(rest);
  if (!line || line->empty())
    return std::nullopt;
  const auto text = line->substr(1);
  if (line->front() == '+')
    return json(std::string{text});
  const auto number = number_in(text);
  if (!number)
    return std::nullopt;
  if (line->front() == ':')
    return json(*number);
  if (line->front() == '$')
    return take_bulk(rest, *number);
  if (line->front() != '*' || nested)
    return std::nullopt;
  auto result = json::array();
  for (std::int64_t i = 0; i < *number; ++i) {
    auto element = take_reply(rest, true);
    if (!element)
      return std::nullopt;
    result.push_back(std::move(*element));
  }
  return result;
}

error error_in(std::string_view line) {
  const auto word = line.substr(0, line.find(' '));
  const auto code = word == "CLUSTERDOWN" ? ec::unreachable
                    : word == "TRYAGAIN"  ? ec::busy
                    : word == "UNKNOWN"   ? ec::deadline_exceeded
                                          : ec::invalid_argument;
  return fail(code, std::string{line});
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
    = {{"SHARD", true},   {"EPOCH", true}, {"MASTER"},        {"SLOTS"},
       {"NODE"},          {"ROLE"},        {"DURABLE", true}, {"COMMIT", true},
       {"APPLIED", true}, {"LAG", true}};
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
  if (x.resp.starts_with('-')) {
    auto rest = std::string_view{x.resp}.substr(1);
    return error_in(take_line(rest).value_or(rest));
  }
  auto rest = std::string_view{x.resp};
  auto value = take_reply(rest, false);
  if (!value || !rest.empty())
    return fail(ec::malformed, "the node's reply is none of Redis's");
  auto text = text_table{{{}}, {}, "(empty)"};
  if (value->is_array())
    for (const auto& element : *value)
      text.rows.push_back({cell_of(element)});
  else
    text.rows.push_back({cell_of(*value)});
  return answer{std::move(*value), std::move(text)};
}

} // namespace troupe::apps::shell
