#include "apps/lab/cores/replication_options.hpp"

#include "actors/base/config.hpp"
#include "actors/base/random.hpp"
#include "apps/lab/cores/replication_nemesis.hpp"
#include "apps/lab/words.hpp"

#include <algorithm>

namespace troupe::lab {

using namespace std::chrono_literals;

namespace {

/// What one seed decides; each part draws from its own source, so that what a request
/// overrides does not change the rest.
class expansion {
public:
  explicit expansion(const sim_request& request)
      : request_{&request}, sizes_{request.seed * 2 + 1}, faults_{sizes_.fork()} {}

  replication_options run() {
    draw_sizes();
    x_.fault_kinds = draw_subset(request_->fault_kinds, faults_);
    if (faults_.chance(0.5)) // Few kinds leave each other the time to do their worst.
      x_.fault_kinds = draw_subset(x_.fault_kinds, faults_);
    if (request_->plan)
      x_.plan = *request_->plan;
    else
      draw_faults();
    if (request_->kept)
      x_.plan = keep(x_.plan, *request_->kept);
    return std::move(x_);
  }

private:
  void draw_sizes() {
    auto& random = sizes_;
    x_.seed = request_->seed;
    x_.length = request_->length;
    const auto replica_count = random.chance(0.7) ? 3U : 5U;
    const auto client_count = random.between(2, 5);
    x_.replica_count
      = request_->replica_count.value_or(request_->node_count.value_or(replica_count));
    x_.client_count = request_->client_count.value_or(client_count);
    if (random.chance(0.3))
      x_.think_max = 15ms;
    if (random.chance(0.25))
      x_.timing.lease = duration::zero();
    x_.lease_read_ratio = random.chance(0.5) ? 0.9 : 0.3;
    x_.weak_write_ratio = random.chance(0.3) ? 0.3 : 0;
    x_.tiny_batches = random.chance(0.6);
    x_.one_by_one = random.chance(0.5);
    x_.key_count = random.chance(0.5) ? 3 : 10;
  }

  void draw_faults() {
    auto mix = fault_mix{.kinds = x_.fault_kinds, .length = x_.length};
    mix.between_max = faults_.chance(0.3) ? 500ms : 1'500ms;
    for (const auto& kind : x_.fault_kinds)
      if (replication_nemesis::may_last(kind) && faults_.chance(0.5))
        x_.plan.push_back({.kind = kind, .seed = faults_()});
    const auto damages = faults_.chance(0.3) || only_damage();
    auto drawn = draw_plan(mix, faults_);
    x_.plan.insert(x_.plan.end(), drawn.begin(), drawn.end());
    limit_damage(damages ? 1 : 0);
    for (std::size_t i = 0; i < x_.plan.size(); ++i)
      x_.plan[i].number = i + 1;
  }

  [[nodiscard]] bool only_damage() const {
    return std::ranges::all_of(x_.fault_kinds, replication_nemesis::is_damage);
  }

  // One replica only: the promises hold while a majority keeps its disks. With more than
  // one lost of three, nothing but silence would be right.
  void limit_damage(std::size_t count_max) {
    auto count = std::size_t{0};
    std::erase_if(x_.plan, [&](const planned_fault& fault) {
      return replication_nemesis::is_damage(fault.kind) && ++count > count_max;
    });
  }

  const sim_request* request_;
  random_source sizes_;
  random_source faults_;
  replication_options x_;
};

} // namespace

replication_options expand(const sim_request& request) {
  return expansion{request}.run();
}

std::vector<std::string> describe(const replication_options& x) {
  const auto on = [](bool value) { return std::string{value ? "on" : "off"}; };
  return {
    "replicas = " + std::to_string(x.replica_count),
    "clients = " + std::to_string(x.client_count),
    "leases = " + on(x.timing.lease_on()),
    "lease reads = " + to_text(x.lease_read_ratio),
    "weak writes = " + to_text(x.weak_write_ratio),
    "keys = " + std::to_string(x.key_count),
    "think up to = " + to_text(x.think_max),
    "tiny batches = " + on(x.tiny_batches),
    "one by one = " + on(x.one_by_one),
    "faults = " + (x.fault_kinds.empty() ? "none" : join(x.fault_kinds, " "))};
}

} // namespace troupe::lab
