#include "router/data/forwards.hpp"

#include "actors/base/assert.hpp"
#include "router/data/data_call.hpp"

#include <algorithm>
#include <utility>

namespace troupe::router {

error forwards_config::validate() const {
  return first_error({
    check_range(
      "data.forwards_max", requests_max, std::size_t{1}, std::size_t{10'000'000}),
    check_range("data.transit_max", transit_max, kib(64), gib(4)),
  });
}

std::optional<forwards::batch_id> forwards::add(
  const node_id& node, shard_id shard, std::shared_ptr<data_sink> sink,
  std::vector<storage::data_request>& requests, time_point now) {
  TROUPE_ASSERT(!requests.empty());
  auto bytes = std::size_t{0};
  for (const auto& x : requests)
    bytes += bytes_of(x);
  auto& load = loads_[node];
  auto too_many = load.requests + requests.size() > config_.requests_max;
  auto too_large
    = load.transit_bytes > 0 && load.transit_bytes + bytes > config_.transit_max.bytes;
  if (too_many || too_large)
    return std::nullopt;
  auto id = last_ + 1;
  auto& made = batches_[id];
  made = {node, shard, std::move(sink), {}, {}, requests.size(), bytes, now};
  made.open.assign(requests.size(), true);
  made.askers_ids.reserve(requests.size());
  for (auto& x : requests) {
    made.askers_ids.push_back(std::exchange(x.id, ++last_));
    made.deadline = std::max(made.deadline, now + x.time_left);
  }
  load.requests += requests.size();
  load.transit_bytes += bytes;
  return id;
}

forwards::batches::iterator forwards::find(std::uint64_t request) {
  auto after = batches_.upper_bound(request);
  if (after == batches_.begin())
    return batches_.end();
  auto found = std::prev(after);
  return request - found->first < found->second.askers_ids.size() ? found
                                                                  : batches_.end();
}

forwards::batches::iterator forwards::erase(batches::iterator x) {
  auto load = loads_.find(x->second.node);
  load->second.requests -= x->second.open_count;
  load->second.transit_bytes -= x->second.transit_bytes;
  if (load->second.requests == 0)
    loads_.erase(load);
  return batches_.erase(x);
}

void forwards::taken(batch_id id) {
  auto found = batches_.find(id);
  if (found == batches_.end())
    return;
  auto bytes = std::exchange(found->second.transit_bytes, 0);
  loads_[found->second.node].transit_bytes -= bytes;
}

std::optional<forwards::reply>
forwards::refused(batch_id id, storage::answer_status why) {
  auto found = batches_.find(id);
  if (found == batches_.end())
    return std::nullopt;
  auto& x = found->second;
  auto result = reply{x.sink, x.shard, {}};
  for (auto i = std::size_t{0}; i < x.askers_ids.size(); ++i)
    if (x.open[i])
      result.answers.push_back({x.askers_ids[i], why, {}, {}, {}});
  erase(found);
  return result;
}

std::shared_ptr<data_sink> forwards::lost(batch_id id) {
  auto found = batches_.find(id);
  if (found == batches_.end())
    return nullptr;
  auto result = found->second.sink;
  erase(found);
  return result;
}

std::vector<forwards::reply>
forwards::answered(std::vector<storage::data_answer> answers) {
  auto result = std::vector<reply>{};
  for (auto& answer : answers) {
    auto found = find(answer.id);
    if (found == batches_.end())
      continue;
    auto& x = found->second;
    auto i = answer.id - found->first;
    if (!x.open[i])
      continue;
    answer.id = x.askers_ids[i];
    if (result.empty() || result.back().to != x.sink || result.back().shard != x.shard)
      result.push_back({x.sink, x.shard, {}});
    result.back().answers.push_back(std::move(answer));
    x.open[i] = false;
    --loads_[x.node].requests;
    if (--x.open_count == 0)
      erase(found);
  }
  return result;
}

std::vector<std::shared_ptr<data_sink>> forwards::lost(const node_id& node) {
  auto result = std::vector<std::shared_ptr<data_sink>>{};
  for (auto i = batches_.begin(); i != batches_.end();) {
    if (i->second.node != node) {
      ++i;
      continue;
    }
    if (std::ranges::find(result, i->second.sink) == result.end())
      result.push_back(i->second.sink);
    i = erase(i);
  }
  return result;
}

void forwards::tick(time_point now) {
  for (auto i = batches_.begin(); i != batches_.end();)
    i = i->second.deadline <= now ? erase(i) : std::next(i);
}

std::size_t forwards::size() const {
  auto result = std::size_t{0};
  for (const auto& [node, load] : loads_)
    result += load.requests;
  return result;
}

} // namespace troupe::router
