#include "apps/node/admin_client.hpp"

#include "actors/base/assert.hpp"
#include "actors/base/metrics.hpp"
#include "actors/base/random.hpp"
#include "actors/behavior.hpp"
#include "actors/directory.hpp"
#include "actors/node_clock.hpp"
#include "actors/system_config.hpp"
#include "apps/node/admin_actor.hpp"
#include "apps/node/admin_wire.hpp"
#include "cluster/asio_transport.hpp"
#include "cluster/links_actor.hpp"

#include <optional>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::apps {

namespace {

using namespace std::chrono_literals;

constexpr auto leave_deadline = 2s;

cluster::local_identity fresh_identity(random_source& random) {
  auto self = cluster::peer_identity{
    node_id{random.draw_uuid()}, node_name{"client"}, incarnation{1},
    cluster::link_role::client};
  return {{}, {}, self, {}};
}

/// A call whose answer somebody does not wait for.
struct later_call {
  admin_actor admin;
  call_command what;
  duration deadline{};
  std::function<void(expected<call_reply>)> done;
};

using later_actor = caf::typed_actor<caf::reacts_to<later_call>>;

} // namespace

} // namespace troupe::apps

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::apps::later_call)

namespace troupe::apps {

namespace {

later_actor::behavior_type
make_later(later_actor::pointer self, const actors::actor_context* context) {
  actors::install_defaults(self, context);
  return {[self](later_call& x) {
    auto done
      = std::make_shared<std::function<void(expected<call_reply>)>>(std::move(x.done));
    self->request(x.admin, x.deadline, std::move(x.what))
      .then(
        [done](call_reply& reply) { (*done)(std::move(reply)); },
        [done](const error& why) { (*done)(actors::ours(why)); });
  }};
}

} // namespace

struct admin_client::parts {
  parts() : random{entropy_seed()} {
    register_codecs(codecs);
    context = {&clock, &metrics, logger{}};
    environment = {&context, &transport, &codecs, &directory};
    links = engine->spawn(
      cluster::make_links, &environment, cluster::link_config{}, fresh_identity(random),
      random.fork());
    later = engine->spawn(make_later, &context);
    self.emplace(*engine);
  }
  parts(const parts&) = delete;
  parts& operator=(const parts&) = delete;

  // Handles go before the engine, and the engine, which waits for its actors, before what
  // they use.
  ~parts() {
    (*self)
      ->request(links, leave_deadline, cluster::atom::leave_links_v)
      .receive([](caf::ok_atom) {}, [](const error&) {}); // The process ends anyway.
    caf::anon_send_exit(links, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(later, caf::exit_reason::user_shutdown);
    later = nullptr;
    admin = nullptr;
    links = nullptr;
    self.reset();
    engine.reset();
  }

  random_source random;
  actors::message_codecs codecs;
  metrics_registry metrics;
  actors::directory directory;
  actors::system_config config;
  std::unique_ptr<caf::actor_system> engine = std::make_unique<caf::actor_system>(config);
  actors::boottime_clock clock{*engine};
  cluster::asio_transport transport;
  actors::actor_context context;
  cluster::link_environment environment;
  cluster::links_actor links;
  cluster::peer_identity node;
  admin_actor admin;
  later_actor later;
  std::optional<caf::scoped_actor> self;
};

admin_client::admin_client() : parts_{std::make_unique<parts>()} {}

admin_client::~admin_client() = default;

const cluster::peer_identity& admin_client::node() const { return parts_->node; }

error admin_client::connect(const std::string& address, duration deadline) {
  auto& p = *parts_;
  auto why = error{};
  auto note = [&](error& x) { why = actors::ours(x); };
  p.admin = nullptr;
  (*p.self)->send(p.links, cluster::pin_link{p.node.id, false});
  (*p.self)
    ->request(p.links, deadline, cluster::contact{address})
    .receive([&](cluster::peer_identity& x) { p.node = std::move(x); }, note);
  if (why)
    return why;
  (*p.self)->send(p.links, cluster::pin_link{p.node.id, true});
  (*p.self)
    ->request(p.links, deadline, cluster::refer{p.node.id, admin_name})
    .receive(
      [&](const caf::strong_actor_ptr& x) { p.admin = caf::actor_cast<admin_actor>(x); },
      note);
  return why;
}

namespace {

template <class Reply, class Query>
expected<Reply> ask_admin(
  caf::scoped_actor& self, const admin_actor& admin, const Query& query,
  duration deadline) {
  TROUPE_ASSERT(admin);
  auto result = expected<Reply>{fail(ec::internal, "no answer")};
  self->request(admin, deadline, query)
    .receive(
      [&](Reply& x) { result = std::move(x); },
      [&](const error& why) { result = actors::ours(why); });
  return result;
}

} // namespace

expected<status_reply> admin_client::ask(const status_query& x, duration deadline) {
  return ask_admin<status_reply>(*parts_->self, parts_->admin, x, deadline);
}

expected<members_reply> admin_client::ask(const members_query& x, duration deadline) {
  return ask_admin<members_reply>(*parts_->self, parts_->admin, x, deadline);
}

expected<services_reply> admin_client::ask(const services_query& x, duration deadline) {
  return ask_admin<services_reply>(*parts_->self, parts_->admin, x, deadline);
}

expected<stats_reply> admin_client::ask(const stats_query& x, duration deadline) {
  return ask_admin<stats_reply>(*parts_->self, parts_->admin, x, deadline);
}

expected<tree_reply> admin_client::ask(const tree_query& x, duration deadline) {
  return ask_admin<tree_reply>(*parts_->self, parts_->admin, x, deadline);
}

expected<shards_reply> admin_client::ask(const shards_query& x, duration deadline) {
  return ask_admin<shards_reply>(*parts_->self, parts_->admin, x, deadline);
}

expected<data_reply> admin_client::ask(const data_command& x, duration deadline) {
  return ask_admin<data_reply>(*parts_->self, parts_->admin, x, deadline);
}

expected<call_reply> admin_client::ask(const call_command& x, duration deadline) {
  return ask_admin<call_reply>(*parts_->self, parts_->admin, x, deadline);
}

void admin_client::ask_later(
  call_command x, duration deadline, std::function<void(expected<call_reply>)> done) {
  TROUPE_ASSERT(parts_->admin);
  caf::anon_send(
    parts_->later, later_call{parts_->admin, std::move(x), deadline, std::move(done)});
}

expected<inject_reply> admin_client::ask(const inject_command& x, duration deadline) {
  return ask_admin<inject_reply>(*parts_->self, parts_->admin, x, deadline);
}

expected<faults_reply> admin_client::ask(const faults_query& x, duration deadline) {
  return ask_admin<faults_reply>(*parts_->self, parts_->admin, x, deadline);
}

expected<heal_reply> admin_client::ask(const heal_command& x, duration deadline) {
  return ask_admin<heal_reply>(*parts_->self, parts_->admin, x, deadline);
}

expected<leave_reply> admin_client::ask(const leave_command& x, duration deadline) {
  return ask_admin<leave_reply>(*parts_->self, parts_->admin, x, deadline);
}

} // namespace troupe::apps
