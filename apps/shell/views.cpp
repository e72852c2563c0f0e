#include "apps/shell/views.hpp"

#include "apps/node/nearest.hpp"
#include "apps/shell/readable.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace troupe::apps::shell {

namespace {

/// Orders by text, naturally, then by id.
struct natural_key {
  std::string text;
  std::string more;
  node_id id;

  bool operator<(const natural_key& other) const {
    if (text != other.text)
      return natural_less(text, other.text);
    if (more != other.more)
      return natural_less(more, other.more);
    return id < other.id;
  }
};

/// The rows for which `wanted` holds, in order of `key_of`.
template <class Row, class Wanted, class KeyOf>
std::vector<Row> sorted_rows(const std::vector<Row>& rows, Wanted wanted, KeyOf key_of) {
  auto result = std::vector<Row>{};
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(result), wanted);
  std::stable_sort(result.begin(), result.end(), [&](const Row& a, const Row& b) {
    return key_of(a) < key_of(b);
  });
  return result;
}

/// "no provider of x; did you mean y?", or "no providers" when nothing was asked for.
std::string none_of(
  const std::string& what, const std::string& of, const std::string& wanted,
  const std::set<std::string>& known) {
  if (wanted.empty())
    return "no " + what + "s";
  const auto guess
    = nearest(wanted, std::vector<std::string>{known.begin(), known.end()});
  const auto hint
    = guess.empty() || guess == wanted ? "" : "; did you mean " + guess + "?";
  return "no " + what + " " + of + " " + wanted + hint;
}

tone tone_of_member(std::string_view state) {
  if (state == "alive")
    return tone::good;
  if (state == "suspect")
    return tone::warning;
  return state == "dead" ? tone::bad : tone::faint;
}

tone tone_of_provider(std::string_view state) {
  if (state == "ready")
    return tone::good;
  return state == "hidden" ? tone::bad : tone::warning;
}

tone tone_of_actor(std::string_view state) {
  if (state == "running" || state == "up" || state == "master" || state == "slave")
    return tone::good;
  if (state == "ended")
    return tone::faint;
  return state == "stuck" ? tone::bad : tone::warning;
}

} // namespace

answer view_status(const status_reply& x) {
  const auto founded = !x.cluster.value().nil();
  auto value = json{
    {"name", x.name.value()},
    {"id", to_string(x.id)},
    {"incarnation", x.incarnation.value()},
    {"cluster_name", x.cluster_name},
    {"cluster_id", founded ? json(to_string(x.cluster)) : json()},
    {"phase", x.phase},
    {"pid", x.pid}};
  auto text = text_table{
    {{}, {}},
    {{{"name"}, {x.name.value()}},
     {{"id"}, {to_string(x.id)}},
     {{"incarnation"}, {to_string(x.incarnation)}},
     {{"cluster"}, {x.cluster_name}},
     {{"cluster id"},
      founded ? table_cell{to_string(x.cluster)} : table_cell{"none yet", tone::warning}},
     {{"phase"}, {x.phase, x.phase == "ready" ? tone::good : tone::warning}},
     {{"pid"}, {std::to_string(x.pid)}}},
    {}};
  return {std::move(value), std::move(text)};
}

answer
view_members(const members_reply& x, const node_id& asked, const std::string& name) {
  const auto rows = sorted_rows(
    x.members,
    [&](const member_row& row) { return name.empty() || row.name.value() == name; },
    [](const member_row& row) {
      return natural_key{row.name.value(), to_string(row.incarnation), row.id};
    });
  auto names = std::set<std::string>{};
  for (const auto& row : x.members)
    names.insert(row.name.value());
  auto result = answer{json::array(), {}};
  result.text.columns = {{"NAME"}, {"STATE"}, {"INCARNATION", true}, {"LINK"}, {"RESP"},
                         {"HTTP"}, {"OPEN"}};
  result.text.when_empty = none_of("member", "called", name, names);
  const auto shows_inject = std::ranges::any_of(rows, &member_row::inject);
  if (shows_inject)
    result.text.columns.push_back({"INJECT"});
  for (const auto& row : rows) {
    const auto linked = row.id == asked ? "self" : row.linked ? "yes" : "no";
    result.value.push_back(
      {{"name", row.name.value()},
       {"state", row.state},
       {"incarnation", row.incarnation.value()},
       {"link", row.link},
       {"resp", row.resp},
       {"http", row.http},
       {"id", to_string(row.id)},
       {"linked", row.linked},
       {"inject", row.inject}});
    result.text.rows.push_back(
      {{row.name.value()},
       {row.state, tone_of_member(row.state)},
       {to_string(row.incarnation)},
       {row.link},
       {row.resp},
       {row.http},
       {linked}});
    if (shows_inject)
      result.text.rows.back().push_back({row.inject ? "allowed" : ""});
  }
  return result;
}

namespace {

std::set<std::string> services_of(const services_reply& x) {
  auto result = std::set<std::string>{};
  for (const auto& row : x.providers)
    result.insert(row.service);
  for (const auto& row : x.consumers)
    result.insert(row.service);
  return result;
}

template <class Row>
std::vector<Row> rows_of(const std::vector<Row>& rows, const std::string& service) {
  return sorted_rows(
    rows, [&](const Row& row) { return service.empty() || row.service == service; },
    [](const Row& row) {
      return natural_key{row.service, row.node.value(), row.id};
    });
}

} // namespace

answer view_services(const services_reply& x) {
  struct natural {
    bool operator()(const std::string& a, const std::string& b) const {
      return natural_less(a, b);
    }
  };
  struct tally {
    std::size_t providers = 0;
    std::size_t consumers = 0;
  };
  auto tallies = std::map<std::string, tally, natural>{};
  for (const auto& row : x.providers)
    ++tallies[row.service].providers;
  for (const auto& row : x.consumers)
    ++tallies[row.service].consumers;
  auto result = answer{json::array(), {}};
  result.text.columns = {{"SERVICE"}, {"PROVIDERS", true}, {"CONSUMERS", true}};
  result.text.when_empty = "no services";
  for (const auto& [service, count] : tallies) {
    result.value.push_back(
      {{"service", service},
       {"providers", count.providers},
       {"consumers", count.consumers}});
    result.text.rows.push_back(
      {{service},
       {std::to_string(count.providers), count.providers > 0 ? tone::plain : tone::bad},
       {std::to_string(count.consumers)}});
  }
  return result;
}

answer view_providers(const services_reply& x, const std::string& service) {
  auto result = answer{json::array(), {}};
  result.text.columns = {{"SERVICE"}, {"NODE"}, {"WEIGHT", true}, {"STATE"}};
  result.text.when_empty = none_of("provider", "of", service, services_of(x));
  for (const auto& row : rows_of(x.providers, service)) {
    result.value.push_back(
      {{"service", row.service},
       {"node", row.node.value()},
       {"id", to_string(row.id)},
       {"weight", row.weight},
       {"state", row.state}});
    result.text.rows.push_back(
      {{row.service},
       {row.node.value()},
       {std::to_string(row.weight)},
       {row.state, tone_of_provider(row.state)}});
  }
  return result;
}

answer view_consumers(const services_reply& x, const std::string& service) {
  auto result = answer{json::array(), {}};
  result.text.columns = {{"SERVICE"}, {"NODE"}};
  result.text.when_empty = none_of("consumer", "of", service, services_of(x));
  for (const auto& row : rows_of(x.consumers, service)) {
    result.value.push_back(
      {{"service", row.service}, {"node", row.node.value()}, {"id", to_string(row.id)}});
    result.text.rows.push_back({{row.service}, {row.node.value()}});
  }
  return result;
}

namespace {

bool begins_with(const std::string& name, const std::string& prefix) {
  return name.starts_with(prefix)
         || (name.starts_with(metric_prefix)
             && std::string_view{name}.substr(metric_prefix.size()).starts_with(prefix));
}

/// `x` in the unit that the name of its metric ends with.
std::string readable_value(std::string_view name, double x) {
  if (name.ends_with("_total"))
    name.remove_suffix(std::string_view{"_total"}.size());
  if (name.ends_with("_seconds"))
    return readable_seconds(x);
  return name.ends_with("_bytes") ? readable_bytes(x) : readable_number(x);
}

double seconds_of(duration x) { return std::chrono::duration<double>{x}.count(); }

double minutes_of(duration x) {
  return std::chrono::duration<double, std::ratio<60>>{x}.count();
}

/// Counts are whole in JSON, too.
json number(double x) {
  constexpr auto whole_max = 0x1p53;
  if (x == std::floor(x) && std::abs(x) <= whole_max)
    return static_cast<std::int64_t>(x);
  return x;
}

/// `window` is 0 when the row is of all time.
void add_stats_row(const stats_row& row, duration window, answer& result) {
  auto value = json{
    {"name", row.name},
    {"labels", row.labels},
    {"kind", row.kind},
    {"value", number(row.value)}};
  const auto spread = row.kind == "histogram";
  const auto readable
    = [&](double x) { return spread ? readable_number(x) : readable_value(row.name, x); };
  auto cells = std::vector<table_cell>{{row.name}, {row.labels}, {readable(row.value)}};
  if (window > duration::zero()) {
    const auto rate = row.value / minutes_of(window);
    value["per_minute"] = number(rate);
    value["window_seconds"] = seconds_of(window);
    cells.push_back({readable(rate)});
  }
  for (const auto& [key, x] :
       {std::pair{"p50", row.p50}, {"p99", row.p99}, {"max", row.max}}) {
    if (spread)
      value[key] = number(x);
    // Of nothing there is no median.
    const auto known = spread && row.value > 0;
    cells.push_back({known ? readable_value(row.name, x) : ""});
  }
  result.value.push_back(std::move(value));
  result.text.rows.push_back(std::move(cells));
}

} // namespace

answer view_stats(const stats_reply& x, const std::string& prefix) {
  auto result = answer{json::array(), {}};
  auto& columns = result.text.columns;
  columns = {{"NAME"}, {"LABELS"}, {"VALUE", true}};
  if (x.window > duration::zero()) {
    columns[2].heading = "IN " + readable_seconds(seconds_of(x.window));
    columns.push_back({"A MINUTE", true});
  }
  for (const auto* heading : {"P50", "P99", "MAX"})
    columns.push_back({heading, true});
  result.text.when_empty
    = prefix.empty() ? "no metrics" : "no metric begins with " + prefix;
  const auto rows = sorted_rows(
    x.rows, [&](const stats_row& row) { return begins_with(row.name, prefix); },
    [](const stats_row& row) {
      return natural_key{row.name, row.labels, {}};
    });
  for (const auto& row : rows)
    add_stats_row(row, x.window, result);
  return result;
}

expected<answer> view_call(const call_reply& x) {
  auto reply = json::parse(x.json, nullptr, false);
  if (reply.is_discarded())
    return fail(ec::malformed, "the service's reply is not JSON");
  const auto seconds = seconds_of(x.took);
  auto result = answer{{}, {{{}}, {}, {}}};
  auto lines
    = std::istringstream{reply.dump(2, ' ', false, json::error_handler_t::replace)};
  for (auto line = std::string{}; std::getline(lines, line);)
    result.text.rows.push_back({{line}});
  const auto tries
    = x.attempts == 1 ? "" : ", " + std::to_string(x.attempts) + " attempts";
  const auto trace = to_string(x.trace);
  result.text.rows.push_back(
    {{readable_seconds(seconds) + tries + ", trace " + trace, tone::faint}});
  result.value = {
    {"reply", std::move(reply)},
    {"attempts", x.attempts},
    {"took_seconds", seconds},
    {"trace", trace}};
  return result;
}

namespace {

json tree_value(const actors::tree_node& x) {
  auto result = json{
    {"name", x.name},
    {"state", x.state},
    {"restarts", x.restarts},
    {"children", json::array()}};
  for (const auto& child : x.children)
    result["children"].push_back(tree_value(child));
  return result;
}

/// `branch` is drawn before the name, `indent` before the names of its children.
void add_tree_rows(
  const actors::tree_node& x, const std::string& branch, const std::string& indent,
  text_table& result) {
  result.rows.push_back(
    {{branch + x.name},
     {x.state, tone_of_actor(x.state)},
     {std::to_string(x.restarts), x.restarts > 0 ? tone::warning : tone::plain}});
  for (const auto& child : x.children) {
    const auto last = &child == &x.children.back();
    add_tree_rows(
      child, indent + (last ? "└─ " : "├─ "), indent + (last ? "   " : "│  "), result);
  }
}

} // namespace

answer view_tree(const tree_reply& x) {
  auto result = answer{tree_value(x.root), {}};
  result.text.columns = {{"ACTOR"}, {"STATE"}, {"RESTARTS", true}};
  add_tree_rows(x.root, "", "", result.text);
  return result;
}

} // namespace troupe::apps::shell
