#include "apps/lab/check/register_sessions.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::lab {

namespace {

using operation = const recorded_operation*;

bool shows(const recorded_operation& x) {
  return x.done() && x.call != operation_call::write;
}

/// All that one client has seen of the register.
class session {
public:
  /// What it has seen before that shows that `value`, of the write `by`, is older than
  /// that; null when it may be newer, or the same. `by` is null for the first state.
  [[nodiscard]] operation what_came_after(operation by) const {
    if (latest_ == nullptr || by == current_)
      return nullptr;
    if (by == nullptr || left_.contains(by))
      return current_;
    const auto surely_before = by->done() && *by->returned < latest_->invoked;
    return surely_before ? latest_ : nullptr;
  }

  void see(operation by) {
    if (by == current_)
      return;
    left_.insert(std::exchange(current_, by));
    if (latest_ == nullptr || by->invoked > latest_->invoked)
      latest_ = by;
  }

private:
  operation current_ = nullptr; // The write that was seen last.
  operation latest_ = nullptr;  // Of those seen, the one that began last.
  std::set<operation> left_;
};

class register_sessions {
public:
  register_sessions(const history& operations, duration lag_max)
      : operations_{operations}, lag_max_{lag_max} {
    for (const auto& x : operations)
      if (x.writes())
        writers_.emplace(x.argument, &x);
    for (const auto& x : operations) {
      if (x.done() && x.writes())
        ended_.emplace_back(*x.returned, &x);
      if (const auto by = shows(x) ? writer_of(x) : std::nullopt; by && *by != nullptr)
        ended_.emplace_back(*x.returned, *by);
    }
    // Each the one that began last of those that were done by then.
    std::ranges::stable_sort(ended_, {}, &ending::first);
    for (std::size_t i = 1; i < ended_.size(); ++i)
      if (ended_[i].second->invoked < ended_[i - 1].second->invoked)
        ended_[i].second = ended_[i - 1].second;
  }

  violations run() {
    for (const auto& x : operations_) {
      if (shows(x))
        if (const auto by = writer_of(x))
          take(x, *by);
      if (x.done() && x.writes())
        sessions_[x.client].see(&x);
    }
    return std::move(found_);
  }

private:
  using ending = std::pair<duration, operation>;

  /// None for what nobody wrote: others tell of that.
  [[nodiscard]] std::optional<operation> writer_of(const recorded_operation& x) const {
    if (!x.value)
      return operation{};
    const auto found = writers_.find(*x.value);
    return found == writers_.end() ? std::nullopt : std::optional{found->second};
  }

  void take(const recorded_operation& x, operation by) {
    auto& seen = sessions_[x.client];
    if (const auto* after = seen.what_came_after(by))
      add(
        property::sessions,
        "a client's read shows what was before that which it has seen", by, *after, x);
    else if (by != nullptr)
      seen.see(by);
    const auto* over = overwritten_before(by, x.invoked - x.lag(lag_max_));
    if (over != nullptr)
      add(property::fresh, "a read shows what was overwritten before it", by, *over, x);
  }

  /// A write that began after `by` had ended, and was acknowledged or seen before `when`.
  [[nodiscard]] operation overwritten_before(operation by, duration when) const {
    const auto end = std::ranges::lower_bound(ended_, when, {}, &ending::first);
    if (end == ended_.begin() || (by != nullptr && !by->done()))
      return nullptr;
    const auto* last = (end - 1)->second;
    return by == nullptr || *by->returned < last->invoked ? last : nullptr;
  }

  void add(
    const char* property, std::string what, operation by, const recorded_operation& after,
    const recorded_operation& x) {
    if (!told_.insert(property).second)
      return; // One of each kind is enough.
    auto involved = history{after, x};
    if (by != nullptr)
      involved.insert(involved.begin(), *by);
    found_.push_back({property, std::move(what), std::move(involved), {}});
  }

  const history& operations_;
  duration lag_max_;
  std::map<std::string, operation> writers_;
  std::vector<ending> ended_; // When writes were known to be done, by time.
  std::map<std::size_t, session> sessions_;
  std::set<std::string> told_;
  violations found_;
};

} // namespace

violations check_register_sessions(const history& operations, duration lag_max) {
  return register_sessions{operations, lag_max}.run();
}

} // namespace troupe::lab
