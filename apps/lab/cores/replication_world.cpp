#include "apps/lab/cores/replication_world.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>

namespace troupe::lab {

using namespace storage;
using namespace std::chrono_literals;

namespace {

const auto cluster = cluster_id{uuid{1, 1}};
const auto the_shard = shard_id{5};

node_id node_of(std::size_t i) { return node_id{uuid{50, i + 1}}; }
replica_id replica_of(std::size_t i) { return replica_id{i + 1}; }

} // namespace

replication_world::replication_world(
  const replication_options& options, std::ostream* trace)
    : options_{options}, random_{options.seed}, trace_{trace} {
  make_network();
  make_hosts();
  make_nemesis();
  make_clients();
}

founding replication_world::make_founding() const {
  auto result = founding{};
  for (std::size_t i = 0; i < options_.replica_count; ++i)
    result.config.members.push_back({replica_of(i), node_of(i), member_role::voter});
  result.config.timing = options_.timing;
  result.slots = {{slot{0}, slot{16383}}};
  return result;
}

replication_host& replication_world::host_of(replica_id x) {
  return *hosts_[static_cast<std::size_t>(x.value() - 1)];
}

void replication_world::make_network() {
  auto in = replication_network::environment{};
  in.events = &events_;
  in.random = &random_;
  in.count = [this](const std::string& what) { count(what); };
  in.struck = [this](const std::string& kind) { ++faults_[kind]; };
  in.deliver = [this](const std::shared_ptr<const arrival>& m) {
    const auto& x = m->message;
    host_of(x.to).handle(
      {name_of(x.body), x.from, m->digest},
      [m](replica& core, time_point now) { return core.received(m->message, now); });
  };
  network_ = std::make_unique<replication_network>(std::move(in));
}

void replication_world::make_hosts() {
  auto with = make_founding();
  for (std::size_t i = 0; i < options_.replica_count; ++i) {
    auto in = replication_host::environment{};
    in.events = &events_;
    in.random = &random_;
    in.checker = &checker_;
    in.trace = &trace_;
    in.send = [this](const message& m) { network_->send(m); };
    in.answer = [this, i](const storage::answer& x) { answer(x, *hosts_[i]); };
    in.died = [this](replication_host& host, replication_host::crash_kind how) {
      nemesis_->died(host, how);
    };
    in.after_event = [this] {
      check_leases();
      nemesis_->after_event();
    };
    auto who = identity{cluster, the_shard, replica_of(i)};
    hosts_.push_back(
      std::make_unique<replication_host>(std::move(in), who, node_of(i), options_));
    hosts_.back()->create(with);
  }
}

void replication_world::make_nemesis() {
  auto in = replication_nemesis::environment{};
  in.events = &events_;
  in.network = network_.get();
  in.hosts = &hosts_;
  in.struck = [this](const std::string& kind) { ++faults_[kind]; };
  in.leases = options_.timing.lease_on();
  nemesis_ = std::make_unique<replication_nemesis>(std::move(in));
}

void replication_world::make_clients() {
  auto in = replication_clients::environment{};
  in.events = &events_;
  in.random = &random_;
  in.checker = &checker_;
  in.count = [this](const std::string& what) { count(what); };
  in.write = [this](std::size_t to, write_request request) {
    client_write(to, std::move(request));
  };
  in.read = [this](std::size_t to, read_request request) {
    client_read(to, std::move(request));
  };
  in.close_sessions = [this](std::size_t to, dedup_trim_record closed) {
    events_.after(network_->client_delay(), [this, to, closed = std::move(closed)] {
      hosts_[to]->handle({"sessions_closed"}, [closed](replica& core, time_point now) {
        return core.sessions_closed(closed, now);
      });
    });
  };
  clients_ = std::make_unique<replication_clients>(std::move(in), options_);
}

void replication_world::run(std::optional<duration> until) {
  for (auto& host : hosts_)
    host->start();
  clients_->start();
  nemesis_->begin(options_.plan);
  const auto length = std::min(options_.length, until.value_or(options_.length));
  events_.run_until(time_point{length});
  if (until && *until <= options_.length)
    return;
  heal();
  if (until) {
    events_.run_until(time_point{*until});
    return;
  }
  check_liveness();
  clients_->check_histories();
}

void replication_world::tell(sim_result& result) const {
  result.hash = trace_.hash();
  result.event_count = trace_.event_count();
  result.acked_count = clients_->done_count();
  result.election_count = checker_.election_count();
  for (const auto& host : hosts_)
    result.crash_count += host->crash_count();
  result.faults = faults_;
  result.last_events = trace_.last_lines();
  result.counters = counters_;
  result.counters["promised records"] = checker_.promised_count();
  result.counters["truncations"] = checker_.truncation_count();
  result.simulated = events_.now().time_since_epoch();
}

void replication_world::client_write(std::size_t to, write_request request) {
  events_.after(
    network_->client_delay(), [this, to, request = std::move(request)]() mutable {
      const auto ticket = request.from.value();
      hosts_[to]->handle(
        {"write", {}, ticket},
        [request = std::move(request)](replica& core, time_point now) {
          auto mine = request;
          mine.deadline = now + 3s;
          return core.write(std::move(mine), now);
        });
    });
}

void replication_world::client_read(std::size_t to, read_request request) {
  events_.after(
    network_->client_delay(), [this, to, request = std::move(request)]() mutable {
      const auto ticket = request.from.value();
      hosts_[to]->handle(
        {"read", {}, ticket},
        [request = std::move(request)](replica& core, time_point now) {
          return core.read(request, now);
        });
    });
}

void replication_world::answer(const storage::answer& x, const replication_host& from) {
  trace_.add(
    events_.now().time_since_epoch(), from.name(), "answer",
    to_string(x.to) + " " + to_string(x.status) + " " + x.reply);
  events_.after(network_->client_delay(), [this, x] { clients_->answered(x); });
}

void replication_world::check_leases() {
  auto holders
    = std::ranges::count_if(hosts_, [](const auto& x) { return x->holds_lease(); });
  replication_checker::leases(static_cast<std::size_t>(holders));
}

void replication_world::heal() {
  nemesis_->stop();
  for (auto& host : hosts_) {
    host->heal();
    if (!host->up() && !host->gone())
      host->start();
  }
}

void replication_world::check_liveness() {
  auto healed = events_.now();
  for (const auto& host : hosts_)
    healed = std::max(healed, host->paused_until());
  auto enough = 10 * options_.timing.election_timeout;
  auto first = std::optional<time_point>{};
  run_until(healed + enough, [&] {
    first = clients_->first_done_since(healed);
    return first.has_value();
  });
  if (!first)
    throw property_violated{
      "I14: no write is acknowledged 10 T after all faults ended" + describe_hosts()};
  auto outage = std::chrono::duration_cast<std::chrono::milliseconds>(*first - healed);
  counters_["recovery ms"] = static_cast<std::uint64_t>(outage.count());
  events_.run_until(events_.now() + 1s); // Reads of what the faults have left.
  clients_->stop();
  if (!run_until(events_.now() + enough, [this] { return converged(); }))
    throw property_violated{
      "I14: the replicas do not converge when all is quiet" + describe_hosts()};
}

bool replication_world::run_until(time_point end, const std::function<bool()>& done) {
  while (events_.now() < end && !done())
    events_.run_until(events_.now() + 100ms);
  return done();
}

std::string replication_world::describe_hosts() const {
  auto result = std::string{};
  for (const auto& host : hosts_) {
    result += "\n  replica " + to_string(host->id()) + ": ";
    if (!host->up()) {
      result += host->gone() ? "gone" : "down";
      continue;
    }
    const auto& s = host->state();
    result += std::string{s.quarantined ? "quarantined " : ""} + to_string(s.role())
              + " of epoch " + to_string(s.at) + ", log " + to_string(s.log.base())
              + " to " + to_string(s.log.end()) + ", durable " + to_string(s.durable)
              + ", verified " + to_string(s.verified) + ", commit " + to_string(s.commit)
              + ", applying " + to_string(s.applying) + ", applied "
              + to_string(s.applied);
  }
  return result;
}

bool replication_world::converged() {
  auto end = std::optional<position>{};
  auto dedup = std::optional<dedup_table>{};
  for (const auto& host : hosts_) {
    if (!host->healthy())
      continue;
    const auto& s = host->state();
    if (s.applied != s.log.end().seq || (end && *end != s.log.end()))
      return false;
    auto stored = host->store().load();
    if (s.dedup != stored->dedup || (dedup && *dedup != s.dedup))
      return false;
    end = s.log.end();
    dedup = s.dedup;
  }
  return true;
}

} // namespace troupe::lab
