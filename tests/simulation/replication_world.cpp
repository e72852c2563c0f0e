#include "tests/simulation/replication_world.hpp"

#include "actors/base/assert.hpp"
#include "storage/replica_wire.hpp"

#include <algorithm>

namespace troupe::test {

using namespace storage;
using namespace std::chrono_literals;

namespace {

const auto cluster = cluster_id{uuid{1, 1}};
const auto the_shard = shard_id{5};

node_id node_of(std::size_t i) { return node_id{uuid{50, i + 1}}; }
replica_id replica_of(std::size_t i) { return replica_id{i + 1}; }
bool is_of_elections(const message_body& x) {
  return std::holds_alternative<vote>(x) || std::holds_alternative<transfer_now>(x)
         || std::holds_alternative<stand_please>(x);
}
std::size_t index_of(replica_id x) { return static_cast<std::size_t>(x.value() - 1); }

} // namespace

replication_world::replication_world(const replication_options& options, bool record)
    : options_{options}, random_{options.seed}, trace_{record} {
  make_hosts();
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

void replication_world::make_hosts() {
  auto with = make_founding();
  for (std::size_t i = 0; i < options_.replica_count; ++i) {
    auto in = replication_host::environment{};
    in.events = &events_;
    in.random = &random_;
    in.checker = &checker_;
    in.trace = &trace_;
    in.send = [this](const message& m) { send(m); };
    in.answer = [this, i](const storage::answer& x) { answer(x, replica_of(i)); };
    in.died = [this](replication_host& host) {
      count("crashes inside writes");
      restart_later(host, random_.between(duration{10ms}, duration{1s}));
    };
    in.after_event = [this] {
      check_leases();
      depose_new_masters();
    };
    auto who = identity{cluster, the_shard, replica_of(i)};
    hosts_.push_back(
      std::make_unique<replication_host>(std::move(in), who, node_of(i), options_));
    hosts_.back()->create(with);
  }
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
    events_.after(some_delay(), [this, to, closed = std::move(closed)] {
      hosts_[to]->handle([closed](replica& core, time_point now) {
        return core.sessions_closed(closed, now);
      });
    });
  };
  clients_ = std::make_unique<replication_clients>(std::move(in), options_);
}

void replication_world::run() {
  for (auto& host : hosts_)
    host->start();
  clients_->start();
  plan_fault();
  events_.run_until(time_point{options_.length});
  heal();
  check_liveness();
  clients_->check_histories();
  counters_["promised records"] += checker_.promised_count();
  counters_["elections"] += checker_.election_count();
  counters_["truncations"] += checker_.truncation_count();
}

duration replication_world::some_delay() {
  if (faults_on_ && random_.chance(options_.late_ratio))
    return random_.between(duration::zero(), options_.late_max);
  return random_.between(
    duration{100us}, faults_on_ ? options_.delay_max : duration{3ms});
}

bool replication_world::is_cut(replica_id from, replica_id to) const {
  return cuts_.contains({from, to});
}

void replication_world::send(const message& m) {
  if (is_cut(m.from, m.to) || (faults_on_ && random_.chance(options_.loss_ratio))) {
    count("messages lost");
    return;
  }
  // What a core says, the wire must carry: its rules of form are strict.
  auto carried = decode_message(encode(m));
  TROUPE_ASSERT(carried && *carried == m);
  auto late
    = faults_on_ && options_.late_votes && is_of_elections(m.body) && random_.chance(0.5);
  auto delay = late ? random_.between(duration::zero(), options_.late_max) : some_delay();
  auto shared = std::make_shared<const message>(std::move(*carried));
  if (faults_on_ && random_.chance(options_.duplicate_ratio)) {
    count("messages doubled");
    deliver(shared, some_delay());
  }
  deliver(shared, delay);
}

void replication_world::deliver(const std::shared_ptr<const message>& m, duration delay) {
  events_.after(delay, [this, m] {
    // A cut also takes what is under way.
    if (is_cut(m->from, m->to))
      return;
    trace_.add(events_.now(), m->to.value(), name_of(m->body), m->from.value());
    hosts_[index_of(m->to)]->handle(
      [m](replica& core, time_point now) { return core.received(*m, now); });
  });
}

void replication_world::client_write(std::size_t to, write_request request) {
  events_.after(some_delay(), [this, to, request = std::move(request)] {
    hosts_[to]->handle([request](replica& core, time_point now) {
      auto mine = request;
      mine.deadline = now + 3s;
      return core.write(std::move(mine), now);
    });
  });
}

void replication_world::client_read(std::size_t to, read_request request) {
  events_.after(some_delay(), [this, to, request = std::move(request)] {
    hosts_[to]->handle(
      [request](replica& core, time_point now) { return core.read(request, now); });
  });
}

void replication_world::answer(const storage::answer& x, replica_id from) {
  trace_.add(events_.now(), from.value(), to_string(x.status), x.to.value());
  events_.after(some_delay(), [this, x] { clients_->answered(x); });
}

void replication_world::check_leases() {
  auto holders
    = std::ranges::count_if(hosts_, [](const auto& x) { return x->holds_lease(); });
  replication_checker::leases(static_cast<std::size_t>(holders));
}

void replication_world::heal() {
  faults_on_ = false;
  cuts_.clear();
  for (auto& host : hosts_) {
    host->slow_disk(duration{1ms}, {});
    host->mend_disk();
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
  auto& longest = counters_["longest recovery ms"];
  longest = std::max(longest, static_cast<std::uint64_t>(outage.count()));
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

} // namespace troupe::test
