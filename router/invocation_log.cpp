#include "router/invocation_log.hpp"

#include "actors/base/assert.hpp"
#include "actors/base/config.hpp"

#include <algorithm>

namespace troupe::router {

using namespace std::chrono_literals;

namespace {

std::size_t cost(const invocation_result& x) {
  return sizeof(x) + x.content.size() + x.why.size();
}

} // namespace

error invocation_log_config::validate() const {
  return first_error({
    check_range(
      "service.running_max", running_max, std::size_t{1}, std::size_t{10'000'000}),
    check_range(
      "service.callers_max", callers_max, std::size_t{1}, std::size_t{100'000'000}),
    check_range(
      "service.result_bytes_max", byte_size{result_bytes_max}, kib(64), gib(16)),
    check_range("service.retention", retention, 1s, 24h),
    check_range("service.slow_after", slow_after, 1ms, 24h),
  });
}

invocation_log::admission
invocation_log::refuse(const invocation& x, ec code, const char* why) const {
  return {
    verdict::refuse,
    invocation_result{x.id, x.attempt, outcome::not_executed, {}, code, why}};
}

invocation_log::admission invocation_log::arrived(const invocation& x, time_point now) {
  auto found = callers_.find(x.id.caller);
  if (found == callers_.end()) {
    if (callers_.size() >= config_.callers_max)
      return refuse(x, ec::busy, "too many callers are remembered; try another provider");
    found = callers_.emplace(x.id.caller, known_caller{}).first;
  }
  auto& caller = found->second;
  caller.last_heard = now;
  forget_answered(caller, x.answered_below);
  if (x.id.number < caller.answered_below)
    return {verdict::outdated, {}};
  if (auto known = caller.calls.find(x.id.number); known != caller.calls.end()) {
    auto& call = known->second;
    call.attempt = std::max(call.attempt, x.attempt);
    if (!call.result)
      return {verdict::wait, {}};
    auto again = *call.result;
    again.attempt = x.attempt;
    return {verdict::repeat, std::move(again)};
  }
  if (x.remaining <= duration{0})
    return refuse(x, ec::deadline_exceeded, "the deadline had passed on arrival");
  if (running_count_ >= config_.running_max || result_bytes_ >= config_.result_bytes_max)
    return refuse(x, ec::busy, "the provider is full; try another one");
  caller.calls.emplace(x.id.number, known_call{x.attempt, {}});
  ++running_count_;
  return {verdict::run, {}};
}

std::uint32_t invocation_log::finished(const invocation_result& x, time_point now) {
  auto caller = callers_.find(x.id.caller);
  TROUPE_ASSERT(caller != callers_.end());
  auto call = caller->second.calls.find(x.id.number);
  TROUPE_ASSERT(call != caller->second.calls.end() && !call->second.result);
  --running_count_;
  caller->second.last_heard = now;
  auto attempt = call->second.attempt;
  if (x.id.number < caller->second.answered_below) {
    caller->second.calls.erase(call);
  } else {
    call->second.result = x;
    result_bytes_ += cost(x);
  }
  return attempt;
}

void invocation_log::forget_answered(known_caller& x, std::uint64_t below) {
  if (below <= x.answered_below)
    return;
  x.answered_below = below;
  // A call that still runs stays until it has finished.
  std::erase_if(x.calls, [&](const auto& entry) {
    const auto& [number, call] = entry;
    if (number >= below || !call.result)
      return false;
    result_bytes_ -= cost(*call.result);
    return true;
  });
}

void invocation_log::tick(time_point now) {
  std::erase_if(callers_, [&](auto& entry) {
    auto& caller = entry.second;
    auto runs = std::any_of(caller.calls.begin(), caller.calls.end(), [](const auto& x) {
      return !x.second.result;
    });
    if (runs || now - caller.last_heard < config_.retention)
      return false;
    for (const auto& [number, call] : caller.calls)
      result_bytes_ -= cost(*call.result);
    return true;
  });
}

} // namespace troupe::router
