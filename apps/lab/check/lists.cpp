#include "apps/lab/check/lists.hpp"

#include "apps/lab/check/high_water.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>

namespace troupe::lab {

namespace {

bool is_read(const recorded_operation& x) {
  return x.call == operation_call::read && x.done();
}

std::string_view shown_by(const recorded_operation& read) {
  return read.value ? std::string_view{*read.value} : std::string_view{};
}

/// The list as the longest read shows it, and where each element stands in it.
class list_check {
public:
  list_check(const history& operations, duration lag_max)
      : operations_{operations}, lag_max_{lag_max} {
    for (const auto& x : operations) {
      if (x.call == operation_call::append)
        appends_.emplace(x.argument, &x);
      if (!is_read(x))
        continue;
      if (longest_ == nullptr || length_of(x) > length_of(*longest_))
        longest_ = &x;
      if (last_ == nullptr || x.invoked >= last_->invoked)
        last_ = &x;
    }
  }

  violations run() {
    if (last_ == nullptr)
      return {};
    place_elements();
    find_lost();
    find_disorder();
    find_forks();
    find_wrong_lengths();
    find_reads_of_the_future();
    find_stale();
    find_sessions_going_back();
    return std::move(found_);
  }

private:
  using place = std::int64_t; ///< Bytes of the list up to an element's end.

  void add(const char* property, std::string what, history involved) {
    // One of each kind is enough: the rest are mostly its consequences.
    if (told_.insert(property).second)
      found_.push_back({property, std::move(what), std::move(involved), {}});
  }

  void place_elements() {
    auto end = place{0};
    for (const auto element : elements_of(shown_by(*longest_))) {
      end += static_cast<place>(element.size());
      const auto append = appends_.find(element);
      if (append == appends_.end())
        add(
          property::nothing_invented,
          "the list holds '" + std::string{element} + "', which nobody appended",
          {*longest_});
      else if (!append->second->counts())
        add(
          property::nothing_invented, "the list holds what was refused",
          {*append->second, *longest_});
      else if (!places_.emplace(element, end).second)
        add(
          property::nothing_twice, "an append was executed twice",
          {*append->second, *longest_});
      else
        in_order_.push_back(append->second);
    }
  }

  void find_lost() {
    const auto left = elements_of(shown_by(*last_));
    const auto there = std::set<std::string_view>{left.begin(), left.end()};
    for (const auto& [element, x] : appends_)
      if (x->done() && *x->returned <= last_->invoked && !there.contains(element))
        add(property::nothing_lost, "an acknowledged append is gone", {*x, *last_});
  }

  /// What was acknowledged before another was sent stands before it.
  void find_disorder() {
    const recorded_operation* latest = nullptr; // Of those before, by invocation.
    for (const auto* x : in_order_) {
      if (latest != nullptr && x->done() && *x->returned < latest->invoked)
        add(
          property::ordered, "an append stands behind one that was sent later",
          {*x, *latest});
      if (latest == nullptr || x->invoked > latest->invoked)
        latest = x;
    }
  }

  void find_forks() {
    for (const auto& x : operations_)
      if (is_read(x) && !shown_by(*longest_).starts_with(shown_by(x)))
        add(
          property::ordered, "a read shows what is no beginning of the list",
          {x, *longest_});
  }

  void find_wrong_lengths() {
    for (const auto* x : in_order_) {
      if (!x->done() || !x->value)
        continue;
      auto length = place{0};
      const auto& text = *x->value;
      const auto parsed = std::from_chars(text.data(), text.data() + text.size(), length);
      if (parsed.ec != std::errc{} || length != places_.find(x->argument)->second)
        add(
          property::ordered, "an append was told another length than it has made",
          {*x, *longest_});
    }
  }

  /// What a read shows must have been sent by then.
  void find_reads_of_the_future() {
    auto sent = std::vector<told_value>{};
    for (const auto* x : in_order_)
      sent.push_back({x->invoked, -places_.find(x->argument)->second, x});
    std::ranges::sort(sent, {}, &told_value::when);
    // The shortest list that holds something sent at that moment or later.
    for (auto i = sent.rbegin(); i != sent.rend() && i + 1 != sent.rend(); ++i)
      if ((i + 1)->value < i->value)
        *(i + 1) = {(i + 1)->when, i->value, i->by};
    for (const auto& x : operations_) {
      if (!is_read(x))
        continue;
      const auto later
        = std::ranges::upper_bound(sent, *x.returned, {}, &told_value::when);
      if (later != sent.end() && -later->value <= length_of(x))
        add(
          property::nothing_invented, "a read shows what was sent after it",
          {x, *later->by});
    }
  }

  void find_stale() {
    auto told = std::vector<told_value>{};
    for (const auto* x : in_order_)
      if (x->done())
        told.push_back({*x->returned, places_.find(x->argument)->second, x});
    for (const auto& x : operations_)
      if (is_read(x))
        told.push_back({*x.returned, length_of(x), &x});
    const auto acknowledged = high_water{std::move(told)};
    for (const auto& x : operations_) {
      if (!is_read(x))
        continue;
      const auto* must = acknowledged.before(x.invoked - x.lag(lag_max_));
      if (must != nullptr && must->value > length_of(x))
        add(property::fresh, "a read does not show what was told before", {*must->by, x});
    }
  }

  /// A client sees its own appends, and all that it has seen.
  void find_sessions_going_back() {
    auto seen = std::map<std::size_t, told_value>{};
    for (const auto& x : operations_) {
      if (!x.done() || (!is_read(x) && !places_.contains(x.argument)))
        continue;
      const auto now = is_read(x) ? length_of(x) : places_.find(x.argument)->second;
      auto& before = seen[x.client];
      if (before.by != nullptr && is_read(x) && now < before.value)
        add(property::sessions, "a client's read goes back in time", {*before.by, x});
      if (before.by == nullptr || now > before.value)
        before = {x.invoked, now, &x};
    }
  }

  static place length_of(const recorded_operation& read) {
    return static_cast<place>(shown_by(read).size());
  }

  const history& operations_;
  duration lag_max_;
  const recorded_operation* longest_ = nullptr; // Of the reads.
  const recorded_operation* last_ = nullptr;    // Of the reads, by invocation.
  std::map<std::string_view, const recorded_operation*> appends_;
  std::map<std::string_view, place> places_;
  std::vector<const recorded_operation*> in_order_;
  std::set<std::string> told_;
  violations found_;
};

} // namespace

violations check_list(const history& operations, duration lag_max) {
  return list_check{operations, lag_max}.run();
}

} // namespace troupe::lab
