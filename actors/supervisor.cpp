#include "actors/supervisor.hpp"

#include "actors/base/assert.hpp"
#include "actors/base/config.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace troupe::actors {

namespace {

// From the kill to the verdict that the actor is stuck: a kill waits in no queue, so that
// only a handler that does not return takes longer.
constexpr auto kill_deadline = std::chrono::seconds{5};

time_point deadline_after(time_point now, duration distance) {
  return distance == no_deadline ? time_point::max() : now + distance;
}

bool is_going(child_state x) {
  return x == child_state::stopping || x == child_state::killed
         || x == child_state::stuck;
}

} // namespace

std::string_view to_string(child_state x) {
  switch (x) {
    case child_state::waiting:
      return "waiting";
    case child_state::running:
      return "running";
    case child_state::stopping:
      return "stopping";
    case child_state::killed:
      return "killed";
    case child_state::stuck:
      return "stuck";
    case child_state::ended:
      return "ended";
  }
  return "unknown";
}

supervisor::supervisor(
  std::string name, supervisor_config config, const std::vector<child_rule>& children)
    : name_{std::move(name)}, config_{config} {
  for (const auto& rule : children) {
    TROUPE_ASSERT(find(rule.name) == nullptr);
    children_.emplace_back().rule = rule;
  }
}

supervisor::output supervisor::start(time_point now) { return proceed(now); }

supervisor::output supervisor::started(std::string_view name, time_point now) {
  auto* x = look_up(name);
  TROUPE_ASSERT(x != nullptr && starting_ && x->state == child_state::waiting);
  starting_ = false;
  x->state = child_state::running;
  x->up = now;
  x->ping_due = now + x->rule.watchdog;
  return proceed(now);
}

supervisor::output
supervisor::start_failed(std::string_view name, const error& reason, time_point now) {
  auto* x = look_up(name);
  TROUPE_ASSERT(x != nullptr && starting_ && x->state == child_state::waiting);
  starting_ = false;
  if (x->rule.restart == restart_kind::temporary) {
    x->state = child_state::ended;
    x->removed = true;
  } else {
    fail_child(*x, reason, now);
  }
  return proceed(now);
}

supervisor::output supervisor::child_down(
  std::string_view name, const error& reason, bool normal, time_point now) {
  auto* x = look_up(name);
  TROUPE_ASSERT(x != nullptr && (x->state == child_state::running || is_going(x->state)));
  x->silent = x->pinged = false;
  const auto temporary = x->rule.restart == restart_kind::temporary;
  const auto transient = x->rule.restart == restart_kind::transient;
  if (std::exchange(x->unwanted, false) || is_going(x->state)) {
    x->state = x->after_stop;
  } else if (temporary || (transient && normal)) {
    x->state = child_state::ended;
    x->removed = temporary;
  } else {
    fail_child(*x, reason, now);
  }
  return proceed(now);
}

supervisor::output supervisor::answered(std::string_view name, time_point now) {
  auto out = output{};
  if (auto* x = look_up(name); x != nullptr && x->state == child_state::running) {
    x->pinged = false;
    if (std::exchange(x->silent, false))
      out.recovered.push_back(x->rule.name);
    x->ping_due = now + x->rule.watchdog;
  }
  return out;
}

supervisor::output supervisor::shutdown(time_point now) {
  if (phase_ == phase::running)
    end_all({});
  return proceed(now);
}

expected<supervisor::output> supervisor::add(child_rule rule, time_point now) {
  if (phase_ != phase::running)
    return fail(ec::stopping, "supervisor " + name_ + " is ending");
  if (find(rule.name) != nullptr)
    return fail(
      ec::already_exists,
      "supervisor " + name_ + " has a child " + rule.name + " already");
  auto& x = children_.emplace_back();
  x.rule = std::move(rule);
  x.batch = ++last_batch_;
  return proceed(now);
}

expected<supervisor::output> supervisor::remove(std::string_view name, time_point now) {
  auto* x = look_up(name);
  if (x == nullptr)
    return fail(
      ec::not_found, "supervisor " + name_ + " has no child " + std::string{name});
  x->removed = true;
  // Of a batch of its own, or it would hold back those that restart.
  x->batch = ++last_batch_;
  put_down(*x, child_state::ended);
  return proceed(now);
}

supervisor::output supervisor::tick(time_point now) { return proceed(now); }

std::optional<time_point> supervisor::next_due() const {
  auto result = time_point::max();
  for (const auto& x : children_) {
    const auto watched = x.state == child_state::running && !x.unwanted
                         && x.rule.watchdog > duration::zero();
    const auto starts = x.state == child_state::waiting && unblocked(x);
    if (watched)
      result = std::min(result, x.ping_due);
    if (starts)
      result = std::min(result, x.due);
    if (x.state == child_state::stopping || x.state == child_state::killed)
      result = std::min(result, x.deadline);
  }
  return result == time_point::max() ? std::nullopt : std::optional{result};
}

std::vector<child_status> supervisor::children() const {
  return {children_.begin(), children_.end()};
}

const child_status* supervisor::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
    children_, [&](const child& x) { return x.rule.name == name; });
  return found == children_.end() ? nullptr : &*found;
}

supervisor::child* supervisor::look_up(std::string_view name) {
  const auto found = std::ranges::find_if(
    children_, [&](const child& x) { return x.rule.name == name; });
  return found == children_.end() ? nullptr : &*found;
}

// -- restarts -------------------------------------------------------------------------

void supervisor::fail_child(child& x, const error& reason, time_point now) {
  const auto ran = x.state == child_state::running;
  raise_backoff(x, now);
  x.state = child_state::waiting;
  if (too_often(now)) {
    end_all(fail(
      ec::internal, "supervisor " + name_ + " gave up: more than "
                      + std::to_string(config_.restart_count_max) + " restarts within "
                      + to_text(config_.restart_window) + ", the last for child "
                      + x.rule.name + ": " + render(reason)));
    return;
  }
  // A failed start keeps its place in the order: those after it go on waiting for it.
  if (ran)
    x.batch = ++last_batch_;
  x.due = now + x.backoff;
  restart_with(x, x.due);
}

bool supervisor::too_often(time_point now) {
  restarts_.push_back(now);
  while (now - restarts_.front() > config_.restart_window)
    restarts_.pop_front();
  return restarts_.size() > config_.restart_count_max;
}

void supervisor::raise_backoff(child& x, time_point now) const {
  const auto healthy
    = x.state == child_state::running && now - x.up >= config_.healthy_after;
  if (healthy || x.backoff == duration::zero())
    x.backoff = config_.backoff_min;
  else
    x.backoff = std::min(2 * x.backoff, config_.backoff_max);
}

// Puts down whom the strategy restarts with `failed`, in one batch with it.
void supervisor::restart_with(child& failed, time_point due) {
  if (config_.strategy == restart_strategy::one_for_one)
    return;
  auto affected = config_.strategy == restart_strategy::one_for_all;
  for (auto& x : children_) {
    if (&x == &failed)
      affected = true;
    else if (affected && x.state != child_state::ended && !x.removed) {
      x.batch = failed.batch;
      // One that waits has not been started for the first time: it still shall be.
      x.removed
        = x.rule.restart == restart_kind::temporary && x.state != child_state::waiting;
      x.due = std::max(x.due, due);
      put_down(x, x.removed ? child_state::ended : child_state::waiting);
    }
  }
}

// -- stops ----------------------------------------------------------------------------

void supervisor::put_down(child& x, child_state after) {
  x.after_stop = after;
  if (x.state == child_state::running)
    x.unwanted = true;
  else if (x.state == child_state::waiting)
    x.state = after;
}

void supervisor::end_all(error verdict) {
  phase_ = phase::stopping;
  verdict_ = std::move(verdict);
  for (auto& x : children_)
    put_down(x, child_state::ended);
}

void supervisor::forget_removed() {
  std::erase_if(
    children_, [](const child& x) { return x.removed && x.state == child_state::ended; });
}

// -- what is to be done now -------------------------------------------------------------

supervisor::output supervisor::proceed(time_point now) {
  auto out = output{};
  forget_removed();
  check_deadlines(out, now);
  watch(out, now);
  stop_next(out, now);
  start_next(out, now);
  // Whatever is stuck must not keep the rest of the node from ending.
  const auto over = std::ranges::all_of(children_, [](const child& x) {
    return x.state == child_state::ended || x.state == child_state::stuck;
  });
  if (phase_ == phase::stopping && over) {
    phase_ = phase::ended;
    out.ended = verdict_;
  }
  return out;
}

void supervisor::check_deadlines(output& out, time_point now) {
  for (auto& x : children_) {
    if (x.deadline > now)
      continue;
    if (x.state == child_state::stopping) {
      x.state = child_state::killed;
      x.deadline = now + kill_deadline;
      out.kills.push_back(x.rule.name);
    } else if (x.state == child_state::killed) {
      x.state = child_state::stuck;
      out.stuck.push_back(x.rule.name);
    }
  }
}

void supervisor::watch(output& out, time_point now) {
  for (auto& x : children_) {
    const auto watched = x.state == child_state::running && !x.unwanted
                         && x.rule.watchdog > duration::zero();
    if (!watched || x.ping_due > now)
      continue;
    x.ping_due = now + x.rule.watchdog;
    // One ping at a time: what is stuck shall not find a heap of them.
    if (!std::exchange(x.pinged, true))
      out.pings.push_back(x.rule.name);
    else if (!std::exchange(x.silent, true))
      out.stuck.push_back(x.rule.name);
  }
}

void supervisor::stop_next(output& out, time_point now) {
  const auto busy = std::ranges::any_of(children_, [](const child& x) {
    return x.state == child_state::stopping || x.state == child_state::killed;
  });
  const auto last
    = std::ranges::find_if(children_.rbegin(), children_.rend(), &child::unwanted);
  if (busy || last == children_.rend())
    return;
  last->unwanted = last->silent = last->pinged = false;
  last->state = child_state::stopping;
  last->deadline = deadline_after(now, last->rule.shutdown_deadline);
  out.stop = last->rule.name;
}

void supervisor::start_next(output& out, time_point now) {
  if (phase_ != phase::running || starting_)
    return;
  const auto next = std::ranges::find_if(children_, [&](const child& x) {
    return x.state == child_state::waiting && x.due <= now && unblocked(x);
  });
  if (next == children_.end())
    return;
  starting_ = true;
  if (std::exchange(next->tried, true))
    ++next->restarts;
  out.start = next->rule.name;
}

// Whether all of the batch of `x` have ended and those before it run again.
bool supervisor::unblocked(const child& x) const {
  return std::ranges::none_of(children_, [&](const child& other) {
    const auto before = &other < &x && other.state == child_state::waiting;
    return other.batch == x.batch && (before || other.unwanted || is_going(other.state));
  });
}

} // namespace troupe::actors
