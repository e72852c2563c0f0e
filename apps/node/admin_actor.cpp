#include "apps/node/admin_actor.hpp"

#include "registry/registry_wire.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::apps {

namespace {

using namespace std::chrono_literals;

// Answers of the node's own actors.
constexpr auto local_deadline = 5s;

// The call's own deadline comes first.
constexpr auto call_deadline = 60s;

using entries = std::vector<registry::view_entry>;

/// The answers that one `services` question waits for; the last one completes it.
struct services_answer {
  caf::typed_response_promise<services_reply> promise;
  std::optional<std::vector<cluster::member>> members;
  std::optional<entries> providers;
  std::optional<entries> consumers;
  std::optional<entries> admin_states;

  [[nodiscard]] bool complete() const {
    return members && providers && consumers && admin_states;
  }
};

node_name name_of(const std::vector<cluster::member>& members, const node_id& id) {
  for (const auto& x : members)
    if (x.node.id == id)
      return x.node.name;
  return node_name{"?"};
}

// What the owner itself, or for the whole node, has said of a service.
std::string admin_mode_of(
  const entries& admin_states, const node_id& node, const std::string& service) {
  for (const auto& x : admin_states) {
    if (x.owner.is_catalog() || x.owner.node() != node)
      continue;
    auto state = registry::decode_admin_state(x.value);
    if (state && (state->target == service || state->target == registry::whole_node))
      return std::string{to_string(state->mode)};
  }
  return "ready";
}

services_reply compose(const services_answer& x) {
  auto result = services_reply{};
  for (const auto& entry : *x.providers)
    if (auto found = registry::decode_provider(entry.value)) {
      auto service = to_string(found->service);
      auto state = entry.unconfirmed
                     ? "unconfirmed"
                     : admin_mode_of(*x.admin_states, found->node, service);
      result.providers.push_back(
        {service, name_of(*x.members, found->node), found->node, found->weight, state});
    }
  for (const auto& entry : *x.consumers)
    if (auto found = registry::decode_consumer(entry.value))
      result.consumers.push_back(
        {found->interest, name_of(*x.members, found->node), found->node});
  return result;
}

std::string labels_text(const metric_labels& labels) {
  auto result = std::string{};
  for (const auto& [key, value] : labels)
    result.append(result.empty() ? "" : ",").append(key).append("=").append(value);
  return result;
}

void fill(stats_row& row, std::uint64_t count) {
  row.kind = "counter";
  row.value = static_cast<double>(count);
}

void fill(stats_row& row, double level) {
  row.kind = "gauge";
  row.value = level;
}

void fill(stats_row& row, const histogram_snapshot& spread) {
  auto unit = row.name.ends_with("_seconds") ? 1e-9 : 1.0;
  row.kind = "histogram";
  row.value = static_cast<double>(spread.count());
  row.p50 = static_cast<double>(spread.quantile(0.5)) * unit;
  row.p99 = static_cast<double>(spread.quantile(0.99)) * unit;
  row.max = static_cast<double>(spread.max()) * unit;
}

/// `value` is one of the kinds of metrics.
template <class Value>
stats_row
row_of(const std::string& name, const metric_labels& labels, const Value& value) {
  auto row = stats_row{name, labels_text(labels), {}, 0, 0, 0, 0};
  std::visit([&](const auto& x) { fill(row, x); }, value);
  return row;
}

member_row row_of(const cluster::member& x, const std::set<node_id>& linked) {
  return {
    x.node.name,
    x.node.id,
    std::string{to_string(x.state)},
    x.node.incarnation,
    x.endpoints.link,
    x.endpoints.resp,
    x.endpoints.http,
    linked.contains(x.node.id),
    x.meta == inject_meta};
}

} // namespace

void admin_state::start(
  const actors::actor_context* context, const node_actors* others, admin_facts facts) {
  context_ = context;
  others_ = others;
  facts_ = std::move(facts);
  traces_.emplace(facts_.seed);
}

caf::result<status_reply> admin_state::status() {
  auto promise = self_->make_response_promise<status_reply>();
  self_->request(others_->get().lifecycle, local_deadline, atom::phase_v)
    .then(
      [this, promise](const node_progress& x) mutable {
        auto cluster = x.charter ? x.charter->cluster : cluster_id{};
        promise.deliver(status_reply{
          facts_.self.name, facts_.self.id, facts_.self.incarnation, facts_.cluster_name,
          cluster, std::string{to_string(x.phase)}, facts_.pid});
      },
      [promise](error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

caf::result<members_reply> admin_state::members() {
  if (!others_->get().membership)
    return members_reply{};
  auto promise = self_->make_response_promise<members_reply>();
  auto failed = [promise](error& why) mutable { promise.deliver(std::move(why)); };
  self_->request(others_->get().links, local_deadline, cluster::atom::list_links_v)
    .then(
      [this, promise, failed](const std::vector<cluster::link_summary>& links) {
        auto linked = std::set<node_id>{};
        for (const auto& x : links)
          if (x.up)
            linked.insert(x.peer.id);
        self_
          ->request(others_->get().membership, local_deadline, cluster::atom::members_v)
          .then(
            [promise, linked](const std::vector<cluster::member>& members) mutable {
              auto reply = members_reply{};
              for (const auto& x : members)
                reply.members.push_back(row_of(x, linked));
              promise.deliver(std::move(reply));
            },
            failed);
      },
      failed);
  return promise;
}

caf::result<services_reply> admin_state::services() {
  if (!others_->get().registry || !others_->get().membership)
    return not_joined();
  auto answer = std::make_shared<services_answer>();
  answer->promise = self_->make_response_promise<services_reply>();
  auto failed = [answer](error& why) {
    if (answer->promise.pending())
      answer->promise.deliver(std::move(why));
  };
  auto deliver = [answer] {
    if (answer->complete() && answer->promise.pending())
      answer->promise.deliver(compose(*answer));
  };
  auto look_up =
    [&](registry::entry_kind kind, std::optional<entries> services_answer::*into) {
      self_->request(others_->get().registry, local_deadline, registry::lookup{kind, {}})
        .then(
          [answer, deliver, into](const entries& found) {
            (*answer).*into = found;
            deliver();
          },
          failed);
    };
  look_up(registry::entry_kind::provider, &services_answer::providers);
  look_up(registry::entry_kind::consumer, &services_answer::consumers);
  look_up(registry::entry_kind::admin_state, &services_answer::admin_states);
  self_->request(others_->get().membership, local_deadline, cluster::atom::members_v)
    .then(
      [answer, deliver](const std::vector<cluster::member>& members) {
        answer->members = members;
        deliver();
      },
      failed);
  return answer->promise;
}

caf::result<stats_reply> admin_state::on(const stats_query& x) {
  if (x.minutes > 0)
    return stats_of(x.minutes);
  auto result = stats_reply{};
  for (const auto& family : context_->metrics->snapshot())
    for (const auto& sample : family.samples)
      result.rows.push_back(row_of(family.name, sample.labels, sample.value));
  return result;
}

caf::result<stats_reply> admin_state::stats_of(std::uint32_t minutes) {
  auto promise = self_->make_response_promise<stats_reply>();
  self_->request(others_->get().history, local_deadline, monitor::window_query{minutes})
    .then(
      [promise](const monitor::metrics_window& window) mutable {
        auto result = stats_reply{{}, window.length};
        for (const auto& row : window.rows)
          result.rows.push_back(row_of(row.name, row.labels, row.added));
        promise.deliver(std::move(result));
      },
      [promise](error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

caf::result<call_reply> admin_state::on(call_command& x) {
  auto gateway = others_->get().gateway;
  if (!gateway)
    return not_joined();
  auto promise = self_->make_response_promise<call_reply>();
  // Drawn here, so that a failure can name it.
  const auto trace = router::trace_id{traces_->draw_uuid()};
  auto request = router::call_request{
    std::move(x.method), std::move(x.json), router::content_form::json, x.idempotent,
    trace};
  self_
    ->request(
      gateway, call_deadline,
      router::gateway_call{std::move(x.service), std::move(request)})
    .then(
      [promise](router::call_answer& answer) mutable {
        promise.deliver(call_reply{
          std::move(answer.content), answer.attempts, answer.took, answer.trace});
      },
      [promise, trace](const error& failed) mutable {
        const auto why = actors::ours(failed);
        promise.deliver(
          fail(code_of(why), sentence_of(why) + " (trace " + to_string(trace) + ")"));
      });
  return promise;
}

error admin_state::not_allowed() const {
  context_->log.warn("a fault was not injected: this node does not allow it");
  return fail(
    ec::wrong_state,
    facts_.self.name.value()
      + " was not started with --allow-inject (node.allow_inject = true), so that no "
        "fault can be injected; start it again with that");
}

caf::result<inject_reply> admin_state::on(const inject_command& x) {
  if (auto injector = others_->get().injector)
    return self_->delegate(injector, x);
  return not_allowed();
}

caf::result<faults_reply> admin_state::faults() {
  if (auto injector = others_->get().injector)
    return self_->delegate(injector, faults_query{});
  return not_allowed();
}

caf::result<heal_reply> admin_state::heal() {
  if (auto injector = others_->get().injector)
    return self_->delegate(injector, heal_command{});
  return not_allowed();
}

caf::result<leave_reply> admin_state::leave() {
  // It answers whoever asked by itself, before it lets the links close: by way of this
  // actor the answer could come when its link has gone.
  return self_->delegate(others_->get().lifecycle, atom::leave_v);
}

admin_actor::behavior_type make_admin(
  admin_actor::stateful_pointer<admin_state> self, const actors::actor_context* context,
  const node_actors* others, admin_facts facts) {
  actors::install_defaults(self, context);
  auto* state = &self->state;
  state->start(context, others, std::move(facts));
  return {
    [state](const status_query&) { return state->status(); },
    [state](const members_query&) { return state->members(); },
    [state](const services_query&) { return state->services(); },
    [state](const stats_query& x) { return state->on(x); },
    [state](const tree_query&) { return state->tree(); },
    [state](const shards_query&) { return state->shards(); },
    [state](const own_shards_query&) { return state->own_shards(); },
    [state](const data_command& x) { return state->on(x); },
    [state](call_command& x) { return state->on(x); },
    [state](const inject_command& x) { return state->on(x); },
    [state](const faults_query&) { return state->faults(); },
    [state](const heal_command&) { return state->heal(); },
    [state](const leave_command&) { return state->leave(); },
  };
}

} // namespace troupe::apps
