#include "tests/storage/shard_fixture.hpp"

#include <algorithm>

#include <caf/actor_cast.hpp>

namespace troupe::storage::test {

namespace {

replica_listener::behavior_type
make_news_log(replica_listener::pointer, std::vector<replica_status>* log) {
  return {[log](const replica_news& x) { log->push_back(x.status); }};
}

note_sender::behavior_type
make_post_office(note_sender::pointer, shard_fixture* nodes, std::uint64_t from) {
  return {
    [nodes, from](const cluster::post& x) { nodes->carry(from, x); },
    [](const cluster::pin_link&) {},
  };
}

} // namespace

shard_fixture::shard_fixture(std::uint64_t replica_count) {
  register_codecs(codecs);
  for (std::uint64_t i = 1; i <= replica_count; ++i) {
    auto& x = nodes[i];
    x.number = i;
    REQUIRE(!x.disk.make_directory("node"));
    REQUIRE(!create_replica(
      x.disk, "node", node_number(i), replica_number(i), founding_of(replica_count),
      small_log));
    start(i);
  }
}

shard_fixture::~shard_fixture() {
  for (auto& [number, x] : nodes) {
    x.actors.clear();
    x.replica = replica_actor{};
  }
}

void shard_fixture::start(std::uint64_t number) {
  auto& x = nodes.at(number);
  x.incarnation = x.incarnation.next();
  x.ended = error{};
  auto opened = open_replica(
    x.disk, "node", replica_number(number), small_log,
    [&](const std::string&) -> expected<std::shared_ptr<store>> { return x.rows; });
  REQUIRE(opened);
  auto flusher = spawn_on(x, make_flusher, &context);
  auto environment = replica_environment{};
  environment.context = &context;
  environment.commands = &commands;
  environment.links = spawn_on(x, make_post_office, this, number);
  environment.log_writer = spawn_on(
    x, make_log_writer, &context, std::make_shared<inline_sync_pool>(),
    log_writer_config{});
  environment.applier = spawn_on(x, make_applier, &context, flusher, applier_config{});
  environment.listener = spawn_on(x, make_news_log, &x.news);
  auto config = replica_config{};
  config.who = replica_number(number);
  config.incarnation = x.incarnation;
  config.seed = 100 * number + x.incarnation.value();
  x.replica = spawn_on(
    x, make_replica, environment, replica_limits{}, config, std::move(*opened));
  system.settle();
}

void shard_fixture::kill(std::uint64_t number) {
  auto& x = nodes.at(number);
  for (const auto& actor : x.actors)
    caf::anon_send_exit(actor, caf::exit_reason::kill);
  system.settle();
  x.actors.clear();
  x.replica = replica_actor{};
  x.rows->crash();
}

void shard_fixture::carry(std::uint64_t from, const cluster::post& x) {
  ++posts;
  CHECK(x.name == "shard/1");
  auto to = std::ranges::find_if(
    nodes, [&](const auto& entry) { return node_number(entry.first) == x.peer; });
  // A note to a node that is not there, or cut off, is lost.
  if (to == nodes.end() || !to->second.replica || cut.contains({from, to->first}))
    return;
  const auto& sender = nodes.at(from);
  auto identity = cluster::peer_identity{
    node_number(from), node_name{"n" + std::to_string(from)}, sender.incarnation};
  auto bytes = codecs.encode(x.content);
  REQUIRE(bytes);
  auto content = codecs.decode(bytes->type, bytes->payload);
  REQUIRE(content);
  if (bytes->lane == actors::lane::bulk)
    caf::anon_send(to->second.replica, identity, content->get_as<shipment>(0));
  else
    caf::anon_send(to->second.replica, identity, content->get_as<message>(0));
}

replica_status shard_fixture::status(std::uint64_t number) {
  auto answer
    = system.self()->request(nodes.at(number).replica, caf::infinite, atom::status_v);
  system.settle();
  auto result = replica_status{};
  answer.receive(
    [&](const replica_status& x) { result = x; },
    [](const error& why) { FAIL(render(why)); });
  return result;
}

std::uint64_t shard_fixture::elect() {
  for (auto step = 0; step < 100; ++step) {
    for (const auto& [number, x] : nodes) {
      if (x.replica && status(number).announced)
        return number;
    }
    system.advance(100ms);
  }
  FAIL("nobody was elected");
  return 0;
}

std::shared_ptr<test_sink>
shard_fixture::ask(std::uint64_t number, std::vector<data_request> what) {
  auto sink = std::make_shared<test_sink>();
  caf::anon_send(nodes.at(number).replica, local_requests{std::move(what), sink});
  system.settle();
  return sink;
}

data_answer shard_fixture::answer_to(std::uint64_t number, data_request what) {
  auto id = what.id;
  auto sink = ask(number, {std::move(what)});
  REQUIRE(sink->find(id) != nullptr);
  return *sink->find(id);
}

} // namespace troupe::storage::test
