#include "apps/node/node.hpp"

#include "actors/supervisor_actor.hpp"
#include "apps/node/admin_actor.hpp"
#include "apps/node/admin_wire.hpp"
#include "apps/node/lifecycle_actor.hpp"
#include "apps/node/tree_view.hpp"
#include "cluster/membership_wire.hpp"
#include "registry/codecs_wire.hpp"
#include "router/call_wire.hpp"
#include "router/service_host_actor.hpp"
#include "storage/catalog/placement_wire.hpp"
#include "storage/codecs_wire.hpp"

#include <algorithm>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace troupe::apps {

namespace {

template <class Handle>
caf::strong_actor_ptr untyped(const Handle& x) {
  return caf::actor_cast<caf::strong_actor_ptr>(x);
}

cluster::member
member_of(const node_config& config, const cluster::stored_identity& identity) {
  return {
    .node = {identity.id, identity.name, identity.incarnation},
    .endpoints =
      {to_string(config.link_door.advertise), to_string(config.resp_door.advertise),
       to_string(config.http_door.advertise)},
    .protocols = {cluster::link_version_min, cluster::link_version_max},
    .meta = config.allow_inject ? std::string{inject_meta} : "",
    .refutation = {},
    .state = cluster::member_state::alive,
    .accuser = {}};
}

/// What this node founds a cluster with, when it is the one that draws.
storage::storage_genesis genesis_of(const node_config& config) {
  constexpr auto replica_count_default = std::size_t{3};
  auto founders = std::max<std::size_t>(founders_of(config).size(), 1);
  auto fallback = static_cast<std::uint32_t>(std::min(founders, replica_count_default));
  const auto& storage = config.storage;
  return {
    storage.shard_count, storage.replica_count > 0 ? storage.replica_count : fallback,
    storage::timing_of(storage)};
}

cluster::founding_config founding_of(const node_config& config) {
  auto result = cluster::founding_config{};
  if (is_founder(config))
    for (const auto& x : founders_of(config))
      result.founders.push_back({x.name, to_string(x.link)});
  for (const auto& x : seeds_of(config))
    result.seeds.push_back(to_string(x));
  result.settings = encode(genesis_of(config));
  return result;
}

/// The actors that an app has started. Each was started once: a supervisor that would
/// start one again gives up, and the node ends.
std::vector<actors::child_spec> own_actors_of(const service_environment& app) {
  auto result = std::vector<actors::child_spec>{};
  for (const auto& x : app.started()) {
    auto started = std::make_shared<std::optional<actors::child_handle>>(x);
    auto start = [started](caf::actor_system&) -> expected<actors::child_handle> {
      if (auto once = std::exchange(*started, std::nullopt))
        return *once;
      return fail(ec::internal, "an actor of the app has died; the node starts again");
    };
    result.push_back({"app/" + std::to_string(result.size() + 1), start});
  }
  return result;
}

bool is_alone(const node_config& config) {
  return is_founder(config) && founders_of(config).size() == 1;
}

} // namespace

void register_all_codecs(actors::message_codecs& codecs) {
  cluster::register_codecs(codecs);
  registry::register_codecs(codecs);
  storage::register_codecs(codecs);
  router::register_codecs(codecs);
  apps::register_codecs(codecs);
}

node::node(
  const node_environment& environment, node_config config,
  cluster::stored_identity identity, service_maker services,
  std::function<void(const error&)> ended)
    : environment_{environment}, config_{std::move(config)}, identity_{std::move(
                                                               identity)},
      services_{std::move(services)}, ended_{std::move(ended)}, random_{environment.seed},
      admin_random_{environment.seed + 2}, sessions_{identity_.id, identity_.incarnation},
      string_commands_{{config_.requests.bulk_max, config_.requests.request_max}} {
  for (const auto* part :
       {"supervisor", "links", "founding", "node", "admin", "membership", "registry",
        "router", "service", "shards", "data", "door", "monitor", "inject"})
    contexts_.emplace(
      part, actors::actor_context{
              environment.clock, &metrics_,
              logger{environment.log, identity_.name.value(), part}});
  link_environment_
    = {context("links"), environment.transport, environment.codecs, &directory_};
}

void node::forget() {
  if (environment_.faults)
    environment_.faults->transport->detach();
  directory_.clear();
  actors_.clear();
  data_board_.clear();
  data_environment_ = {};
  data_client_environment_ = {};
  service_environment_.reset();
  root_ = nullptr;
}

const actors::actor_context* node::context(const char* part) const {
  return &contexts_.at(part);
}

void node::start() {
  // The first death of a child ends the node; whoever runs it starts it again.
  auto no_restarts = actors::supervisor_config{};
  no_restarts.strategy = actors::restart_strategy::one_for_all;
  no_restarts.restart_count_max = 0;
  // Its children run, and ask for it, before `spawn` has returned here: so it publishes
  // itself before it starts them.
  using root_pointer
    = actors::supervisor_actor::stateful_pointer<actors::supervisor_state>;
  root_ = environment_.engine->spawn([this, no_restarts](root_pointer self) {
    actors_.publish(&node_handles::root, caf::actor_cast<actors::supervisor_actor>(self));
    return actors::make_supervisor(
      self, context("supervisor"), "node", no_restarts, early_children());
  });
  caf::actor_cast<caf::strong_actor_ptr>(root_)->get()->attach_functor(
    [ended = ended_](const error& why) {
      if (!actors::ended_normally(why))
        ended(why);
    });
}

void node::leave() {
  leaving_ = true;
  heal();
  if (auto lifecycle = actors_.get().lifecycle)
    caf::anon_send(lifecycle, atom::leave_v);
}

void node::stop(std::function<void()> on_stopped) {
  heal();
  caf::actor_cast<caf::strong_actor_ptr>(root_)->get()->attach_functor(
    [on_stopped = std::move(on_stopped)](const error&) { on_stopped(); });
  caf::anon_send_exit(root_, caf::exit_reason::user_shutdown);
}

// A node that ends must not wait for a fault.
void node::heal() {
  if (auto injector = actors_.get(&node_handles::injector))
    caf::anon_send(injector, heal_command{});
}

// -- children
// -----------------------------------------------------------------------------

std::vector<actors::child_spec> node::early_children() {
  auto admin = actors::child_spec{"admin", [this](auto&) { return start_admin(); }};
  auto doors = actors::supervisor_config{};
  auto doors_of = [this, doors, admin](caf::actor_system& engine) {
    return expected<actors::child_handle>{engine.spawn(
      actors::make_supervisor, context("supervisor"), "doors", doors,
      std::vector{admin})};
  };
  auto result = std::vector<actors::child_spec>{
    {"history", [this](auto&) { return start_history(); }},
    {links_child, [this](auto&) { return start_links(); }},
    {"founding", [this](auto&) { return start_founding(); }},
    {"lifecycle", [this](auto&) { return start_lifecycle(); }},
    {.name = "doors", .start = doors_of, .shutdown_deadline = actors::no_deadline},
  };
  if (environment_.faults)
    result.insert(
      result.begin(), {"injector", [this](auto&) { return start_injector(); }});
  return result;
}

std::vector<actors::child_spec> node::late_children(const cluster::charter& charter) {
  return {
    {"membership", [this](auto&) { return start_membership(); }},
    {"registry", [this](auto&) { return start_registry(); }},
    // It ends its parts, which wait for the disk.
    {.name = shards_child,
     .start = [this, charter](auto&) { return start_shards(charter); },
     .shutdown_deadline = actors::no_deadline},
    {"data", [this](auto&) { return start_data_router(); }},
    {"data-client", [this](auto&) { return start_data_client(); }},
    {"gateway", [this](auto&) { return start_gateway(); }},
    {.name = "services",
     .start = [this](auto&) { return start_services(); },
     .shutdown_deadline = actors::no_deadline},
  };
}

cluster::local_identity node::local_identity() const {
  return {
    config_.cluster_name,
    identity_.agreed ? identity_.agreed->cluster : cluster_id{},
    {identity_.id, identity_.name, identity_.incarnation, cluster::link_role::node},
    to_string(config_.link_door.advertise)};
}

expected<actors::child_handle> node::start_history() {
  auto history = environment_.engine->spawn(
    monitor::make_metrics_history, context("monitor"), monitor::metrics_history_config{});
  actors_.publish(&node_handles::history, history);
  return actors::child_handle{history};
}

expected<actors::child_handle> node::start_injector() {
  const auto& seams = *environment_.faults;
  auto injector = environment_.engine->spawn(
    make_injector, context("inject"),
    injector_config{
      &seams.transport->below(), seams.disk, seams.pause, config_.inject_max},
    random_.fork());
  seams.transport->attach(injector);
  actors_.publish(&node_handles::injector, injector);
  return actors::child_handle{injector};
}

expected<actors::child_handle> node::start_links() {
  auto links = environment_.engine->spawn(
    cluster::make_links, &link_environment_, config_.link, local_identity(),
    random_.fork());
  actors_.publish(&node_handles::links, links);
  return actors::child_handle{links};
}

expected<actors::child_handle> node::start_founding() {
  auto config = founding_of(config_);
  auto core = cluster::founding{
    config, identity_.id, identity_.name, identity_.agreed, random_.fork()};
  auto links = actors_.get().links;
  auto spawn = [&]<caf::spawn_options Options>() {
    return environment_.engine->spawn<Options>(
      cluster::make_founding, context("founding"), environment_.disk, links,
      std::move(core), duration{config.retry_interval});
  };
  auto founding = environment_.threads ? spawn.operator()<caf::detached>()
                                       : spawn.operator()<caf::no_spawn_options>();
  directory_.put(cluster::founding_name, untyped(founding));
  actors_.publish(&node_handles::founding, founding);
  return actors::child_handle{founding};
}

expected<actors::child_handle> node::start_lifecycle() {
  auto config = lifecycle_config{
    identity_.id,
    config_.name,
    to_string(config_.link_door.listen),
    to_string(config_.link_door.advertise),
    is_alone(config_),
    duration{config_.hand_over},
    [this](const cluster::charter& x) { return late_children(x); },
    [this](node_phase phase) { phase_ = phase; },
    ended_};
  auto lifecycle = environment_.engine->spawn(
    make_lifecycle, context("node"), &actors_, std::move(config));
  actors_.publish(&node_handles::lifecycle, lifecycle);
  if (leaving_) // It was asked to before there was anybody to tell.
    caf::anon_send(lifecycle, atom::leave_v);
  return actors::child_handle{lifecycle};
}

expected<actors::child_handle> node::start_admin() {
  auto admin = environment_.engine->spawn(
    make_admin, context("admin"), &actors_,
    admin_facts{
      {identity_.id, identity_.name, identity_.incarnation},
      config_.cluster_name,
      environment_.pid,
      admin_random_()});
  directory_.put(admin_name, untyped(admin));
  return actors::child_handle{admin};
}

expected<actors::child_handle> node::start_membership() {
  auto seeds = std::vector<std::string>{};
  for (const auto& x : seeds_of(config_))
    seeds.push_back(to_string(x));
  auto core = cluster::membership{
    config_.membership, member_of(config_, identity_), seeds, random_()};
  auto membership = environment_.engine->spawn(
    cluster::make_membership, context("membership"), actors_.get().links,
    std::move(core));
  directory_.put(cluster::membership_name, untyped(membership));
  actors_.publish(&node_handles::membership, membership);
  return actors::child_handle{membership};
}

expected<actors::child_handle> node::start_registry() {
  auto handles = actors_.get();
  auto core = registry::registry_core{
    config_.registry, identity_.id, identity_.incarnation, random_(),
    environment_.clock->now()};
  auto registry = environment_.engine->spawn(
    registry::make_registry, context("registry"), handles.links, handles.membership,
    std::move(core));
  directory_.put(registry::registry_name, untyped(registry));
  actors_.publish(&node_handles::registry, registry);
  return actors::child_handle{registry};
}

expected<actors::child_handle> node::start_shards(const cluster::charter& charter) {
  auto handles = actors_.get();
  auto environment = storage::shards_environment{};
  environment.context = context("shards");
  environment.directory = &directory_;
  environment.links = handles.links;
  environment.membership = handles.membership;
  environment.registry = handles.registry;
  environment.files = environment_.disk;
  environment.open_store = environment_.open_store;
  environment.syncs = environment_.syncs;
  environment.commands = &string_commands_;
  environment.self = identity_.id;
  environment.incarnation = identity_.incarnation;
  environment.charter = charter;
  environment.threads = environment_.threads;
  environment.observer = environment_.observer;
  auto spawn = [&]<caf::spawn_options Options>() {
    return environment_.engine->spawn<Options>(
      storage::make_shards, std::move(environment), config_.storage, random_.fork());
  };
  auto shards = environment_.threads ? spawn.operator()<caf::detached>()
                                     : spawn.operator()<caf::no_spawn_options>();
  actors_.publish(&node_handles::shards, shards);
  return actors::child_handle{shards};
}

expected<actors::child_handle> node::start_data_router() {
  const auto handles = actors_.get();
  data_environment_ = {
    .context = context("data"),
    .self = identity_.id,
    .links = handles.links,
    .membership = handles.membership,
    .registry = handles.registry,
    .shards = handles.shards,
    .board = &data_board_,
    .sessions = &sessions_,
    .config = {config_.forwards, config_.data.closings_interval}};
  auto router = environment_.engine->spawn(router::make_data_router, &data_environment_);
  actors_.publish(&node_handles::data, router);
  return actors::child_handle{router};
}

expected<actors::child_handle> node::start_data_client() {
  data_client_environment_
    = {context("data"), actors_.get().data, &sessions_, config_.data_calls};
  auto client = environment_.engine->spawn(
    router::make_data_client, &data_client_environment_, random_.fork());
  actors_.publish(&node_handles::data_client, client);
  return actors::child_handle{client};
}

// Before there is a data router no map names another node, so nothing is forwarded.
router::resp_environment node::resp_environment() {
  const auto* door = context("door");
  return {
    .clock = environment_.clock,
    .board = &data_board_,
    .sessions = &sessions_,
    .metrics = &metrics_,
    .forward_to =
      [this](router::forward x) {
        if (auto router = actors_.get(&node_handles::data))
          caf::anon_send(router, std::move(x));
      },
    .log = door->log,
    .version = TROUPE_VERSION,
    .seed = environment_.seed + 1};
}

expected<actors::child_handle> node::start_gateway() {
  auto handles = actors_.get();
  auto gateway = environment_.engine->spawn(
    router::make_gateway,
    router::service_router_environment{
      context("router"), &directory_, handles.links, handles.registry, identity_.id},
    router::gateway_config{.call = config_.call}, random_.fork());
  actors_.publish(&node_handles::gateway, gateway);
  return actors::child_handle{gateway};
}

// A host that dies of its own bug is started again; its entry in the registry stays the
// same, so that callers find it under its name.
expected<actors::child_handle> node::start_services() {
  service_environment_.emplace(
    environment_.engine, context("service"),
    cluster::node_identity{identity_.id, identity_.name, identity_.incarnation},
    actors_.get().gateway, actors_.get().data_client);
  auto services = services_ ? services_(*service_environment_)
                            : std::vector<router::service_definition>{};
  // The hosts' handlers use the app's own actors: these come first, and end last.
  auto hosts = own_actors_of(*service_environment_);
  for (const auto& service : services)
    hosts.push_back(host_of(service));
  auto supervisor = environment_.engine->spawn(
    actors::make_supervisor, context("supervisor"), "services",
    actors::supervisor_config{}, std::move(hosts));
  return actors::child_handle{supervisor};
}

actors::child_spec node::host_of(const router::service_definition& service) {
  auto name = router::host_name(service.name);
  auto start = [this, service, name](auto&) {
    auto host = environment_.engine->spawn(
      router::make_service_host, context("service"), service, config_.service,
      actors_.get().registry, identity_.id, identity_.incarnation);
    directory_.put(name, untyped(host));
    return expected<actors::child_handle>{host};
  };
  return {name, start};
}

} // namespace troupe::apps
