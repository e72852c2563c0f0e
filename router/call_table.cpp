#include "router/call_table.hpp"

#include "actors/base/assert.hpp"
#include "actors/base/config.hpp"

#include <utility>

namespace troupe::router {

using namespace std::chrono_literals;

std::string_view to_string(cluster_mode x) {
  return x == cluster_mode::failover ? "failover" : "failfast";
}

bool parse(std::string_view text, cluster_mode& result) {
  for (auto mode : {cluster_mode::failover, cluster_mode::failfast})
    if (text == to_string(mode)) {
      result = mode;
      return true;
    }
  return false;
}

error call_config::validate() const {
  if (auto known = make_balancer(balancer); !known)
    return known.error();
  return first_error({
    check_range("call.deadline", deadline, 1ms, 24h),
    check_range("call.retry_count", retry_count, 0U, 100U),
    check_range("call.calls_max", calls_max, std::size_t{1}, std::size_t{10'000'000}),
    check_range("call.slow_after", slow_after, 1ms, 24h),
  });
}

call_table::call_table(
  call_config config, caller_id self, std::string service, random_source random)
    : config_{std::move(config)}, self_{self}, service_{std::move(service)},
      random_{random}, traces_{random.fork()} {
  auto chosen = make_balancer(config_.balancer);
  TROUPE_ASSERT(chosen);
  balancer_ = std::move(*chosen);
}

std::uint64_t call_table::call(call_request x, time_point now, output& out) {
  auto number = ++last_number_;
  if (x.trace.value().nil())
    x.trace = trace_id{traces_.draw_uuid()};
  if (calls_.size() >= config_.calls_max) {
    out.endings.push_back(
      {number,
       fail(ec::busy, "too many calls of " + service_ + " are under way"),
       0,
       {},
       x.trace,
       std::move(x.method),
       std::nullopt});
    return number;
  }
  auto deadline = now + config_.deadline;
  auto [where, is_new]
    = calls_.emplace(number, pending{std::move(x), now, deadline, 0, {}, {}});
  TROUPE_ASSERT(is_new);
  deadlines_.emplace(deadline, number);
  if (told_providers_)
    attempt(out, number, where->second, now);
  return number;
}

call_table::output
call_table::providers_are(std::vector<provider> providers, time_point now) {
  auto out = output{};
  providers_ = std::move(providers);
  if (std::exchange(told_providers_, true))
    return out;
  auto waiting = std::vector<std::uint64_t>{};
  for (const auto& [number, x] : calls_)
    waiting.push_back(number);
  for (auto number : waiting)
    attempt(out, number, calls_.at(number), now);
  return out;
}

void call_table::attempt(output& out, std::uint64_t number, pending& x, time_point now) {
  const auto* chosen = choose(x);
  if (chosen == nullptr) {
    auto why = fail(
      ec::unreachable, providers_.empty()
                         ? "no provider of " + service_ + " is known"
                         : "no provider of " + service_ + " takes calls");
    end(out, calls_.find(number), why, now);
    return;
  }
  ++x.attempt;
  x.at = chosen->key;
  x.tried.insert(chosen->key);
  out.sends.push_back(
    {chosen->key,
     {.id = {self_, number},
      .attempt = x.attempt,
      .answered_below = calls_.begin()->first,
      .trace = x.request.trace,
      .remaining = x.deadline - now,
      .service = service_,
      .method = x.request.method,
      .form = x.request.form,
      .content = x.request.content}});
}

// First those that are well and were not tried, last those that are doubted and were.
const provider* call_table::choose(const pending& x) {
  for (auto untried : {true, false})
    for (auto unconfirmed : {false, true})
      if (const auto* found = choose_among(x, unconfirmed, untried))
        return found;
  return nullptr;
}

const provider*
call_table::choose_among(const pending& x, bool unconfirmed, bool untried) {
  auto candidates = std::vector<candidate>{};
  auto chosen_from = std::vector<const provider*>{};
  for (const auto& each : providers_)
    if (
      each.weight > 0 && each.unconfirmed == unconfirmed
      && x.tried.contains(each.key) != untried) {
      candidates.push_back({&each.key, each.weight});
      chosen_from.push_back(&each);
    }
  if (candidates.empty())
    return nullptr;
  return chosen_from[balancer_->pick(candidates, random_)];
}

// -- events
// -------------------------------------------------------------------------------

call_table::output call_table::answered(const invocation_result& x, time_point now) {
  auto out = output{};
  auto found = calls_.find(x.id.number);
  if (x.id.caller != self_ || found == calls_.end())
    return out;
  // An earlier attempt may answer after all: it is the same call, and as good. But only
  // the latest can say that the call was not run.
  switch (x.outcome) {
    case outcome::answered:
      end(out, found, x.content, now);
      break;
    case outcome::failed:
      end(out, found, fail(x.code, x.why), now);
      break;
    case outcome::not_executed:
      if (x.attempt == found->second.attempt)
        retry_or_end(out, found, false, fail(x.code, x.why), now);
      break;
  }
  return out;
}

call_table::output
call_table::lost(const provider_key& provider, const error& why, time_point now) {
  auto out = output{};
  auto affected = std::vector<std::uint64_t>{};
  for (const auto& [number, x] : calls_)
    if (x.at == provider)
      affected.push_back(number);
  for (auto number : affected)
    retry_or_end(out, calls_.find(number), true, why, now);
  return out;
}

call_table::output call_table::tick(time_point now) {
  auto out = output{};
  while (!deadlines_.empty() && deadlines_.begin()->first <= now)
    end(
      out, calls_.find(deadlines_.begin()->second),
      fail(ec::deadline_exceeded, "no answer from " + service_ + " in time"), now);
  return out;
}

time_point call_table::next_deadline() const {
  return deadlines_.empty() ? time_point::max() : deadlines_.begin()->first;
}

// -- ends
// ---------------------------------------------------------------------------------

void call_table::retry_or_end(
  output& out, pending_map::iterator x, bool may_have_run, const error& why,
  time_point now) {
  auto& call = x->second;
  auto again = config_.mode == cluster_mode::failover
               && call.attempt <= config_.retry_count
               && (!may_have_run || call.request.idempotent);
  if (again)
    attempt(out, x->first, call, now);
  else
    end(out, x, why, now);
}

void call_table::end(
  output& out, pending_map::iterator x, expected<std::string> result, time_point now) {
  auto& call = x->second;
  auto at = call.attempt > 0 ? std::optional{std::move(call.at)} : std::nullopt;
  out.endings.push_back(
    {x->first, std::move(result), call.attempt, now - call.started, call.request.trace,
     std::move(call.request.method), std::move(at)});
  deadlines_.erase({call.deadline, x->first});
  calls_.erase(x);
}

} // namespace troupe::router
