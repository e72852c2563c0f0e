#include "router/data/data_calls.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace troupe::router {

using namespace std::chrono_literals;
using storage::answer_status;

namespace {

// Hints that are followed in a row, without a word of success: two replicas that each
// take the other for the master would send a request to and fro.
constexpr auto hops_max = 3U;

// A request's id is its call's number and the attempt's, so that a late refusal of an
// earlier attempt is known as such.
constexpr auto attempt_bits = 16U;

// What was read may be large, and wait for room in the link: asked for again, it is read
// and carried twice. So reads are given so many times as long as writes.
constexpr auto read_patience = 3;

} // namespace

error data_calls_config::validate() const {
  return first_error({
    check_range("data.calls_max", calls_max, std::size_t{1}, std::size_t{10'000'000}),
    check_range("data.bytes_max", bytes_max, kib(1), gib(64)),
    check_range("data.request_max", request_max, kib(1), bytes_max),
    check_range("data.retry_min", retry_min, 1ms, 10s),
    check_range("data.retry_max", retry_max, retry_min, 1min),
    check_range("data.resend_after", resend_after, 10ms, 10min),
  });
}

data_calls::data_calls(const data_calls_config& config, random_source random)
    : config_{config}, random_{random} {}

// -- the calls
// ----------------------------------------------------------------------------

std::optional<data_refusal>
data_calls::obstacle(const data_call& x, std::size_t bytes, time_point now) const {
  if (bytes > config_.request_max.bytes)
    return data_refusal::too_large;
  if (x.deadline <= now)
    return data_refusal::too_late;
  if (calls_.size() >= config_.calls_max || bytes_ + bytes > config_.bytes_max.bytes)
    return data_refusal::too_many;
  return std::nullopt;
}

data_call_id data_calls::call(data_call x, time_point now, output& out) {
  auto bytes = bytes_of(x);
  if (auto why = obstacle(x, bytes, now)) {
    auto id = data_call_id{calls_.skip()};
    out.endings.push_back({id, outcome_of(*why, x.shard, x.in)});
    return id;
  }
  auto [number, call] = calls_.add();
  call.number = number;
  call.asked = x.shard;
  auto& request = call.request;
  request.in = x.in;
  std::visit([&request](auto& what) { request.what = std::move(what); }, x.what);
  call.deadline = x.deadline;
  call.bytes = bytes;
  bytes_ += bytes;
  place(call);
  route(call, now, out);
  return data_call_id{number};
}

void data_calls::end(pending& x, data_outcome outcome, output& out) {
  if (x.stage == stage::held)
    leave_hold(x);
  out.endings.push_back({data_call_id{x.number}, std::move(outcome)});
  bytes_ -= x.bytes;
  calls_.erase(x.number);
}

void data_calls::finish(pending& x, data_refusal why, output& out) {
  end(x, outcome_of(why, x.shard, x.request.in), out);
}

// -- where they go
// ------------------------------------------------------------------------

void data_calls::place(pending& x) {
  x.shard = x.asked ? x.asked : map_->shard_of(x.request.in);
}

std::optional<node_id> data_calls::target_of(const pending& x) const {
  auto state = shards_.find(*x.shard);
  if (state != shards_.end() && state->second.hinted)
    return state->second.hinted;
  return map_->master_of(*x.shard);
}

bool data_calls::reachable(const node_id& node) const {
  auto found = map_->nodes().find(node);
  return found != map_->nodes().end() && found->second.present;
}

/// Sends `x` to its shard's master, or holds it until there is one.
void data_calls::route(pending& x, time_point now, output& out) {
  if (x.shard && !shards_[*x.shard].opens_at)
    if (auto target = target_of(x)) {
      send(x, *target, now, out);
      return;
    }
  hold(x);
}

void data_calls::send(pending& x, const node_id& to, time_point now, output& out) {
  x.stage = stage::in_flight;
  x.node = to;
  ++x.attempt;
  x.may_be_done = x.may_be_done || x.unresolved;
  x.unresolved = true;
  auto patience = config_.resend_after * (x.is_write() ? 1 : read_patience);
  set_due(x, std::min(x.deadline, now + patience));
  x.request.id = x.number << attempt_bits | x.attempt;
  x.request.time_left = x.deadline - now;
  auto group = std::ranges::find_if(out.dispatches, [&](const dispatch& each) {
    return each.shard == *x.shard && each.node == to;
  });
  if (group == out.dispatches.end())
    group = out.dispatches.insert(group, dispatch{*x.shard, to, {}});
  group->requests.push_back(x.request);
}

void data_calls::hold(pending& x) {
  x.stage = stage::held;
  set_due(x, x.deadline);
  auto& list = x.shard ? shards_[*x.shard].held : unplaced_;
  list.numbers.push_back(x.number);
  ++list.live_count;
}

/// @pre `x` is held.
void data_calls::leave_hold(const pending& x) {
  auto& list = x.shard ? shards_[*x.shard].held : unplaced_;
  --list.live_count;
  if (list.numbers.size() > 2 * list.live_count + 64)
    std::erase_if(list.numbers, [&](auto number) {
      const auto* call = calls_.find(number);
      return call == nullptr || call == &x || call->stage != stage::held;
    });
}

/// Nobody asks the shard for a while.
void data_calls::close(shard_state& shard, time_point now) {
  if (!shard.opens_at)
    shard.opens_at = now + wait_after(++shard.refusal_count);
}

void data_calls::release(shard_state& shard, time_point now, output& out) {
  shard.opens_at.reset();
  shard.held.live_count = 0;
  auto numbers = std::exchange(shard.held.numbers, {});
  std::ranges::sort(numbers);
  for (auto number : numbers)
    if (auto* call = calls_.find(number); call != nullptr && call->stage == stage::held)
      route(*call, now, out);
}

// -- answers
// ------------------------------------------------------------------------------

void data_calls::answered(
  std::vector<storage::data_answer> answers, time_point now, output& out) {
  for (auto& each : answers)
    if (auto* call = calls_.find(each.id >> attempt_bits))
      take(*call, each, now, out);
}

// Any attempt may say that the call is done: all are the same request. But only the
// latest says what to do next, and only while nothing else has.
void data_calls::take(
  pending& x, storage::data_answer& answer, time_point now, output& out) {
  if (answer.status == answer_status::ok) {
    if (x.shard) {
      auto& shard = shards_[*x.shard];
      shard.hop_count = 0;
      shard.refusal_count = 0;
    }
    end(x, {data_status::done, x.shard, std::move(answer.reply), answer.at, {}}, out);
    return;
  }
  if (static_cast<std::uint16_t>(answer.id) != x.attempt)
    return;
  x.refusal = answer.status;
  x.unresolved
    = answer.status == answer_status::unknown || answer.status == answer_status::answered;
  if (x.stage != stage::in_flight)
    return;
  switch (answer.status) {
    case answer_status::answered: // Its session gave it up. It may have been executed.
      finish(x, data_refusal::unknown, out);
      break;
    case answer_status::too_large: // A write is done, whatever its reply was to be.
      finish(
        x, x.is_write() ? data_refusal::unknown : data_refusal::reply_too_large, out);
      break;
    case answer_status::session_expired:
      finish(x, x.may_be_done ? data_refusal::unknown : data_refusal::expired, out);
      break;
    default:
      refused(x, answer, now, out);
  }
}

void data_calls::refused(
  pending& x, const storage::data_answer& answer, time_point now, output& out) {
  if (answer.status == answer_status::busy || answer.status == answer_status::moved) {
    x.stage = stage::backing_off;
    set_due(x, std::min(x.deadline, now + wait_after(++x.refusal_count)));
    return;
  }
  auto& shard = shards_[*x.shard];
  if (follow(shard, x, answer.master)) {
    hold(x);
    release(shard, now, out); // In order, with those that wait already.
    return;
  }
  if (shard.hinted == x.node)
    shard.hinted.reset();
  if (target_of(x) == x.node)
    close(shard, now);
  route(x, now, out);
}

// Only the one who is taken for the master says who is it instead: the word of another is
// older than what is known.
bool data_calls::follow(
  shard_state& shard, const pending& x, const std::optional<node_id>& hint) {
  auto target = target_of(x);
  if (
    !hint || hint == x.node || (target && target != x.node) || shard.hop_count >= hops_max
    || !reachable(*hint))
    return false;
  ++shard.hop_count;
  shard.hinted = hint;
  return true;
}

// -- what happens around them
// -------------------------------------------------------------

void data_calls::lost(const node_id& node, time_point now, output& out) {
  lost_if(node, std::nullopt, now, out);
}

void data_calls::lost(shard_id shard, const node_id& node, time_point now, output& out) {
  lost_if(node, shard, now, out);
}

// The node may be back in a moment, and be master still: it is asked again after a wait,
// or when the map names another.
void data_calls::lost_if(
  const node_id& node, std::optional<shard_id> shard, time_point now, output& out) {
  for (auto& [id, state] : shards_) {
    if (shard && id != *shard)
      continue;
    if (state.hinted == node)
      state.hinted.reset();
    if (!state.hinted && map_->master_of(id) == node)
      close(state, now);
  }
  for (auto number : calls_.numbers()) {
    auto& x = *calls_.find(number);
    if (x.stage != stage::in_flight || x.node != node || (shard && x.shard != shard))
      continue;
    route(x, now, out);
  }
}

bool data_calls::superseded(const pending& x, const data_map& before) const {
  if (!reachable(x.node))
    return true;
  const auto* now = map_->find(*x.shard);
  const auto* then = before.find(*x.shard);
  return now != nullptr && now->master && now->master != x.node
         && (then == nullptr || now->at > then->at);
}

void data_calls::map_is(data_map_ptr map, time_point now, output& out) {
  if (map->version() <= map_->version())
    return;
  auto before = std::exchange(map_, std::move(map));
  for (auto& [id, state] : shards_) {
    const auto* here = map_->find(id);
    const auto* there = before->find(id);
    auto changed
      = (here == nullptr) != (there == nullptr)
        || (here != nullptr && (here->at != there->at || here->master != there->master));
    state.held = {};
    if (changed)
      state = {};
  }
  unplaced_ = {};
  // One pass in the order of the calls, so that they leave in it.
  for (auto number : calls_.numbers()) {
    auto& x = *calls_.find(number);
    switch (x.stage) {
      case stage::held:
        place(x);
        route(x, now, out);
        break;
      case stage::backing_off: {
        auto was = x.shard;
        if (place(x); x.shard != was)
          route(x, now, out);
        break;
      }
      case stage::in_flight:
        if (superseded(x, *before))
          route(x, now, out);
        break;
    }
  }
}

// -- time
// ---------------------------------------------------------------------------------

void data_calls::set_due(pending& x, time_point when) {
  if (x.due == when)
    return;
  x.due = when;
  if (timers_.size() > 2 * calls_.size() + 1'024) {
    std::erase_if(timers_, [&](const timer& each) {
      const auto* call = calls_.find(each.number);
      return call == nullptr || call->due != each.when;
    });
    std::ranges::make_heap(timers_, std::greater{});
  }
  timers_.push_back({when, x.number});
  std::ranges::push_heap(timers_, std::greater{});
}

duration data_calls::wait_after(unsigned refusal_count) {
  auto longest = duration{config_.retry_min};
  for (auto i = 1U; i < refusal_count && longest < config_.retry_max; ++i)
    longest *= 2;
  longest = std::min(longest, duration{config_.retry_max});
  return random_.between(longest / 2, longest);
}

void data_calls::tick(time_point now, output& out) {
  for (auto& [id, state] : shards_)
    if (state.opens_at && *state.opens_at <= now) {
      state.hop_count = 0;
      release(state, now, out);
    }
  while (!timers_.empty() && timers_.front().when <= now) {
    auto due = timers_.front();
    std::ranges::pop_heap(timers_, std::greater{});
    timers_.pop_back();
    auto* x = calls_.find(due.number);
    if (x == nullptr || x->due != due.when)
      continue;
    if (x->deadline <= now) {
      expire(*x, out);
    } else {
      place(*x);
      route(*x, now, out);
    }
  }
}

time_point data_calls::wake_at() const {
  auto result = timers_.empty() ? time_point::max() : timers_.front().when;
  for (const auto& [id, state] : shards_)
    if (state.opens_at)
      result = std::min(result, *state.opens_at);
  return result;
}

void data_calls::expire(pending& x, output& out) {
  auto why = data_refusal::no_answer;
  if (x.is_write() && (x.may_be_done || x.unresolved))
    why = data_refusal::unknown;
  else if (x.stage == stage::held)
    why = !x.shard                                ? data_refusal::no_owner
          : x.refusal == answer_status::no_quorum ? data_refusal::no_quorum
                                                  : data_refusal::no_master;
  else if (x.stage == stage::backing_off)
    why = x.refusal == answer_status::moved ? data_refusal::moved : data_refusal::busy;
  finish(x, why, out);
}

} // namespace troupe::router
