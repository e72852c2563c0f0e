#include "actors/supervisor_actor.hpp"

#include "actors/base/assert.hpp"

#include <memory>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>
#include <caf/typed_response_promise.hpp>
#include <caf/unit.hpp>

namespace troupe::actors {

namespace {

using self_pointer = supervisor_actor::stateful_pointer<supervisor_state>;
using pingable = caf::typed_actor<caf::replies_to<caf::ping_atom>::with<caf::pong_atom>>;

child_rule rule_of(const child_spec& x) {
  return {x.name, x.restart, x.shutdown_deadline, x.watchdog};
}

time_point now(self_pointer self) { return self->state.context->clock->now(); }

const child_handle* find_running(const supervisor_state& state, const std::string& name) {
  const auto found = state.running.find(name);
  return found == state.running.end() ? nullptr : &found->second;
}

// -- performing the core's output -----------------------------------------------------

void tell_logs(self_pointer self, const supervisor::output& out) {
  const auto& state = self->state;
  const auto& log = state.context->log;
  for (const auto& name : out.stuck)
    log.error("an actor is stuck in a handler", "supervisor", state.name, "child", name);
  for (const auto& name : out.recovered)
    log.info("a stuck actor answers again", "supervisor", state.name, "child", name);
  for (const auto& name : out.kills)
    log.warn("an actor did not end in time", "supervisor", state.name, "child", name);
}

void send_exit(self_pointer self, const std::string& name, caf::exit_reason reason) {
  if (const auto* child = find_running(self->state, name))
    self->send_exit(child->actor, reason);
}

void ping(self_pointer self, const std::string& name) {
  if (const auto* child = find_running(self->state, name))
    self->send(caf::actor_cast<pingable>(child->actor), caf::ping_atom_v);
}

// Starts the child and returns what the core wants next.
supervisor::output launch(self_pointer self, const std::string& name) {
  auto& state = self->state;
  const auto& log = state.context->log;
  if (state.core->find(name)->restarts > 0)
    state.restarts->add();
  auto child = state.starts.at(name)(self->system());
  if (!child) {
    const auto& why = child.error();
    log.warn(
      "an actor did not start", "supervisor", state.name, "child", name, "why", why);
    return state.core->start_failed(name, why, now(self));
  }
  log.debug("an actor started", "supervisor", state.name, "child", name);
  self->monitor(child->actor);
  state.names[child->actor->id()] = name;
  state.running.insert_or_assign(name, std::move(*child));
  return state.core->started(name, now(self));
}

void tell_children(self_pointer self, const supervisor::output& out) {
  for (const auto& name : out.pings)
    ping(self, name);
  for (const auto& name : out.kills)
    send_exit(self, name, caf::exit_reason::kill);
  if (out.stop)
    send_exit(self, *out.stop, caf::exit_reason::user_shutdown);
}

void end(self_pointer self, const error& verdict) {
  const auto& state = self->state;
  if (verdict)
    state.context->log.error(
      "a supervisor gave up", "supervisor", state.name, "why", verdict);
  self->quit(verdict ? verdict : state.exit_reason);
}

// A tick that comes too early changes nothing, so one is sent only when none under way
// comes early enough.
void arm_timer(self_pointer self) {
  auto& state = self->state;
  const auto due = state.core->next_due();
  if (!due || (!state.ticks.empty() && *state.ticks.begin() <= *due))
    return;
  state.ticks.insert(*due);
  const auto delay = std::max(*due - now(self), duration::zero());
  state.context->clock->after(self, delay, caf::tick_atom_v);
}

// Children that the core has forgotten cannot be started again.
void forget_starts(supervisor_state& state) {
  std::erase_if(
    state.starts, [&](const auto& x) { return state.core->find(x.first) == nullptr; });
}

void perform(self_pointer self, supervisor::output out) {
  for (;;) {
    tell_logs(self, out);
    tell_children(self, out);
    if (!out.start)
      break;
    out = launch(self, *out.start);
  }
  forget_starts(self->state);
  if (out.ended)
    end(self, *out.ended);
  else
    arm_timer(self);
}

// -- events ---------------------------------------------------------------------------

void child_down(self_pointer self, const caf::down_msg& message) {
  auto& state = self->state;
  const auto found = state.names.find(message.source.id());
  if (found == state.names.end())
    return;
  const auto name = found->second;
  state.names.erase(found);
  state.running.erase(name);
  const auto normal = ended_normally(message.reason);
  if (!normal)
    state.context->log.warn(
      "an actor ended with an error", "supervisor", state.name, "child", name, "why",
      ours(message.reason));
  perform(self, state.core->child_down(name, ours(message.reason), normal, now(self)));
}

void pong_from(self_pointer self, const caf::strong_actor_ptr& sender) {
  const auto& names = self->state.names;
  const auto found = sender ? names.find(sender->id()) : names.end();
  if (found != names.end())
    perform(self, self->state.core->answered(found->second, now(self)));
}

caf::result<void> add_child(self_pointer self, const child_spec& spec) {
  auto out = self->state.core->add(rule_of(spec), now(self));
  if (!out)
    return out.error();
  self->state.starts[spec.name] = spec.start;
  perform(self, std::move(*out));
  return caf::unit;
}

caf::result<void> remove_child(self_pointer self, const std::string& name) {
  auto out = self->state.core->remove(name, now(self));
  if (!out)
    return out.error();
  perform(self, std::move(*out));
  return caf::unit;
}

// -- the tree ---------------------------------------------------------------------------

// A description that waits for those of the supervisors below.
struct gathering {
  tree_node result;
  std::size_t missing = 0;
  caf::typed_response_promise<tree_node> promise;
};

tree_node describe(const child_status& x) {
  const auto state = x.silent ? child_state::stuck : x.state;
  return {x.rule.name, std::string{to_string(state)}, x.restarts, {}};
}

void arrived(const std::shared_ptr<gathering>& tree) {
  if (--tree->missing == 0)
    tree->promise.deliver(std::move(tree->result));
}

void ask(
  self_pointer self, const child_handle& child, duration budget, std::size_t place,
  const std::shared_ptr<gathering>& tree) {
  ++tree->missing;
  // Those below get less, so that their partial answer arrives while it is waited for.
  self
    ->request(
      caf::actor_cast<supervisor_actor>(child.actor), budget, atom::tree_v,
      budget * 3 / 4)
    .then(
      [tree, place](tree_node& inside) {
        tree->result.children[place].children = std::move(inside.children);
        arrived(tree);
      },
      [tree, place](const error&) {
        tree->result.children[place].children.push_back({"...", "unknown", 0, {}});
        arrived(tree);
      });
}

caf::result<tree_node> describe_tree(self_pointer self, duration budget) {
  const auto& state = self->state;
  const auto tree = std::make_shared<gathering>();
  tree->promise = self->make_response_promise<tree_node>();
  tree->result = {state.name, "running", 0, {}};
  tree->missing = 1; // For this function itself: answers cannot overtake it.
  for (const auto& x : state.core->children()) {
    tree->result.children.push_back(describe(x));
    const auto* child = find_running(state, x.rule.name);
    if (child != nullptr && child->supervises)
      ask(self, *child, budget, tree->result.children.size() - 1, tree);
  }
  arrived(tree);
  return tree->promise;
}

} // namespace

supervisor_state::~supervisor_state() {
  for (const auto& child : running)
    caf::anon_send_exit(child.second.actor, caf::exit_reason::kill);
}

supervisor_actor::behavior_type make_supervisor(
  self_pointer self, const actor_context* context, std::string name,
  supervisor_config config, std::vector<child_spec> children) {
  TROUPE_ASSERT(!config.validate());
  auto& state = self->state;
  state.name = std::move(name);
  state.context = context;
  install_defaults(self, context);
  auto rules = std::vector<child_rule>{};
  for (auto& x : children) {
    rules.push_back(rule_of(x));
    state.starts[x.name] = std::move(x.start);
  }
  state.core.emplace(state.name, config, rules);
  state.restarts = &context->metrics->make_counter(
    "troupe_actors_restarts_total", "Children that a supervisor started again.",
    {{"supervisor", state.name}});
  self->set_down_handler([self](const caf::down_msg& x) { child_down(self, x); });
  self->set_exit_handler([self](const caf::exit_msg& x) {
    self->state.exit_reason = x.reason;
    perform(self, self->state.core->shutdown(now(self)));
  });
  perform(self, state.core->start(now(self)));
  return {
    [self](atom::tree, duration budget) { return describe_tree(self, budget); },
    [self](caf::add_atom, const child_spec& spec) { return add_child(self, spec); },
    [self](caf::delete_atom, const std::string& child) {
      return remove_child(self, child);
    },
    [self](caf::pong_atom) { pong_from(self, self->current_sender()); },
    [self](caf::tick_atom) {
      self->state.ticks.erase(self->state.ticks.begin());
      perform(self, self->state.core->tick(now(self)));
    },
  };
}

} // namespace troupe::actors
