#include "apps/shell/inject_commands.hpp"

#include "actors/base/config.hpp"
#include "apps/node/nearest.hpp"
#include "apps/shell/inject_order.hpp"
#include "apps/shell/readable.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace troupe::apps::shell {

namespace {

using namespace std::chrono_literals;

constexpr auto list_word = std::string_view{"list"};

/// The members that may still run, in natural order: one that others call dead may be
/// cut off.
expected<std::vector<member_row>> members_of(admin& node) {
  auto reply = node.ask(members_query{});
  if (!reply)
    return reply.error();
  auto rows = std::move(reply->members);
  std::erase_if(
    rows, [](const member_row& x) { return x.state == "left" || x.link.empty(); });
  std::ranges::sort(rows, [](const member_row& a, const member_row& b) {
    return natural_less(a.name.value(), b.name.value());
  });
  return rows;
}

error naming(const node_name& node, const error& why) {
  return fail(code_of(why), node.value() + ": " + sentence_of(why));
}

/// Asks the member `row` by `ask`, over a connection of its own unless it is `node`.
template <class Ask>
auto ask_member(admin& node, const member_row& row, Ask ask) -> decltype(ask(node)) {
  if (row.id == node.node().id)
    return ask(node);
  auto other = node.at(row.link);
  if (!other)
    return naming(row.name, other.error());
  if ((*other)->node().id != row.id)
    return fail(
      ec::unreachable, row.name.value() + ": at " + row.link + " there is "
                         + (*other)->node().name.value() + " now");
  return ask(**other);
}

const member_row& row_of(const std::vector<member_row>& rows, const node_name& name) {
  return *std::ranges::find(rows, name, &member_row::name);
}

double seconds(duration x) { return std::chrono::duration<double>(x).count(); }

json value_of(const node_name& node, const standing_fault& x) {
  auto parameters = json::object();
  if (x.what.kind == injected_kind::drop)
    parameters["ratio"] = x.what.ratio;
  if (x.what.kind == injected_kind::delay) {
    parameters["delay_seconds"] = seconds(x.what.delay);
    parameters["jitter_seconds"] = seconds(x.what.jitter);
  }
  if (x.what.kind == injected_kind::disk_stall)
    parameters["stall_seconds"]
      = x.what.stall > 0s ? json(seconds(x.what.stall)) : json();
  auto peers = json::array();
  for (const auto& peer : x.what.peers)
    peers.push_back(peer.value());
  return {
    {"node", node.value()},
    {"id", x.id.value()},
    {"kind", to_string(x.what.kind)},
    {"target", target_of(node, x.what)},
    {"peers", std::move(peers)},
    {"parameters", std::move(parameters)},
    {"remaining_seconds", seconds(x.remaining)}};
}

expected<answer> list_faults(admin& node) {
  const auto rows = members_of(node);
  if (!rows)
    return rows.error();
  auto result = answer{json::array(), {}};
  result.text.columns
    = {{"NODE"}, {"ID", true}, {"KIND"}, {"TARGET"}, {"VALUE"}, {"REMAINING", true}};
  result.text.when_empty = "no injected faults";
  for (const auto& row : *rows) {
    if (!row.inject)
      continue;
    const auto reply
      = ask_member(node, row, [](admin& x) { return x.ask(faults_query{}); });
    if (!reply && row.state == "dead")
      continue; // It is.
    if (!reply)
      return reply.error();
    for (const auto& x : reply->faults) {
      result.value.push_back(value_of(row.name, x));
      result.text.rows.push_back(
        {{row.name.value()},
         {to_string(x.id)},
         {std::string{to_string(x.what.kind)}},
         {target_of(row.name, x.what)},
         {parameters_of(x.what)},
         {to_text(std::chrono::ceil<std::chrono::seconds>(x.remaining))}});
    }
  }
  if (std::ranges::any_of(*rows, &member_row::inject))
    return result;
  // Nobody allows faults: as this node says it.
  const auto refusal = node.ask(faults_query{});
  return refusal ? expected<answer>{std::move(result)} : refusal.error();
}

/// Asks each node first whether it takes faults, so that a refusal leaves nothing half
/// done.
error check_allowed(
  admin& node, const std::vector<node_order>& orders,
  const std::vector<member_row>& rows) {
  for (const auto& x : orders) {
    const auto reply = ask_member(
      node, row_of(rows, x.node), [](admin& y) { return y.ask(faults_query{}); });
    if (!reply)
      return reply.error();
  }
  return {};
}

expected<answer> inject(admin& node, const invocation& call) {
  const auto order = read_order(call);
  if (!order)
    return order.error();
  const auto rows = members_of(node);
  if (!rows)
    return rows.error();
  auto names = std::vector<node_name>{};
  for (const auto& row : *rows)
    names.push_back(row.name);
  const auto orders = spread(*order, names);
  if (!orders)
    return orders.error();
  if (auto trouble = check_allowed(node, *orders, *rows))
    return trouble;
  auto result = answer{json::array(), {{{"NODE"}, {"ID", true}, {"TARGET"}}, {}, {}}};
  for (const auto& x : *orders) {
    const auto reply = ask_member(node, row_of(*rows, x.node), [&](admin& y) {
      return y.ask(inject_command{x.what});
    });
    if (!reply && result.text.rows.empty())
      return reply.error();
    if (!reply)
      return fail(
        code_of(reply.error()),
        sentence_of(reply.error()) + "; others have the fault: 'heal' ends it");
    result.value.push_back(
      {{"node", x.node.value()},
       {"id", reply->id.value()},
       {"kind", to_string(x.what.kind)},
       {"target", target_of(x.node, x.what)}});
    result.text.rows.push_back(
      {{x.node.value()}, {to_string(reply->id)}, {target_of(x.node, x.what)}});
  }
  return result;
}

expected<answer> run_inject(admin& node, const invocation& call) {
  return call.first_argument() == list_word ? list_faults(node) : inject(node, call);
}

error check_inject(const invocation& call) {
  const auto kind = call.first_argument();
  auto known = injected_kind{};
  if (!parse(kind, known) && kind != list_word) {
    const auto guess = nearest(kind, fault_words());
    return fail(
      ec::invalid_argument,
      "there is no fault '" + kind + "'"
        + (guess.empty() ? "; 'help inject' lists them" : "; did you mean " + guess + "?"));
  }
  if (kind != list_word) {
    const auto order = read_order(call);
    return order ? error{} : order.error();
  }
  return call.arguments.size() == 1 && call.flags.empty()
           ? error{}
           : fail(ec::invalid_argument, "the form is: inject list");
}

expected<answer> run_heal(admin& node, const invocation& call) {
  const auto rows = members_of(node);
  if (!rows)
    return rows.error();
  const auto only = call.first_argument();
  auto result = answer{json::array(), {{{"NODE"}, {"ENDED", true}}, {}, {}}};
  auto trouble = error{};
  for (const auto& row : *rows) {
    if (only.empty() ? !row.inject : row.name.value() != only)
      continue;
    const auto reply
      = ask_member(node, row, [](admin& x) { return x.ask(heal_command{}); });
    if (reply) {
      result.value.push_back({{"node", row.name.value()}, {"ended", reply->ended}});
      result.text.rows.push_back({{row.name.value()}, {std::to_string(reply->ended)}});
    } else if (!trouble && (row.state != "dead" || !only.empty())) {
      trouble = reply.error();
    }
  }
  if (trouble)
    return fail(
      code_of(trouble),
      sentence_of(trouble)
        + (result.value.empty() ? "" : "; all others have healed, its faults end by themselves"));
  if (!result.text.rows.empty())
    return result;
  if (!only.empty())
    return fail(ec::not_found, "there is no member " + only);
  const auto refusal = node.ask(heal_command{}); // Nobody allows faults.
  return refusal ? expected<answer>{std::move(result)} : refusal.error();
}

} // namespace

std::vector<std::string> fault_words() {
  auto result = std::vector<std::string>{};
  for (const auto kind : injected_kinds)
    result.emplace_back(to_string(kind));
  result.emplace_back(list_word);
  return result;
}

std::vector<command> inject_commands() {
  return {
    {"inject",
     {{"KIND", argument_kind::fault, true},
      {"TARGET", argument_kind::target},
      {"VALUE", argument_kind::value}},
     {{"--for", "TIME", argument_kind::time}, {"--jitter", "TIME", argument_kind::time}},
     "let nodes suffer a fault, or list those that do",
     "Of nodes that were started with --allow-inject. A fault ends with 'heal', after "
     "--for,\n"
     "or after node.inject_max (10 min) at the latest. Shells and Redis clients are "
     "never\n"
     "cut off.\n"
     "  inject partition n1            n1 hears nobody, nobody hears n1\n"
     "  inject partition n1,n2/n3,n4   two groups that do not hear each other\n"
     "  inject one_way n1:n2           nothing that n1 sends to n2 arrives\n"
     "  inject delay n1:n2 50ms --jitter 10ms   each way\n"
     "  inject drop n1:n2 0.01         each portion of bytes that leaves or arrives "
     "breaks\n"
     "                                 the connection with this probability, and is "
     "lost\n"
     "                                 with what was under way; TCP loses nothing else\n"
     "  inject pause n1 --for 5s       the process stops; not even 'heal' reaches it\n"
     "  inject disk_stall n1 2s        each sync of its logs takes so much longer; "
     "without\n"
     "                                 a value it waits for the end of the fault\n"
     "n1 alone means all its links to nodes. 'inject list' shows what stands, and where.",
     effect_run{run_inject},
     check_inject},
    {"heal",
     {{"NAME", argument_kind::member}},
     {},
     "end all injected faults, or those of one node",
     "Goes to each node directly, so that it reaches those that are cut off.",
     effect_run{run_heal}},
  };
}

} // namespace troupe::apps::shell
