#include "apps/lab/check/counters.hpp"

#include "apps/lab/check/high_water.hpp"

#include <charconv>
#include <cstdint>
#include <map>
#include <set>

namespace troupe::lab {

namespace {

/// The number that `x` was answered; none when that was no number.
std::optional<std::int64_t> number_in(const recorded_operation& x) {
  if (!x.value)
    return x.call == operation_call::read ? std::optional{std::int64_t{0}} : std::nullopt;
  auto result = std::int64_t{0};
  const auto* end = x.value->data() + x.value->size();
  const auto parsed = std::from_chars(x.value->data(), end, result);
  return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional{result}
                                                       : std::nullopt;
}

class counter_check {
public:
  counter_check(const history& operations, duration lag_max)
      : operations_{operations}, lag_max_{lag_max} {}

  violations run() {
    for (const auto& x : operations_)
      if (x.done())
        take(x);
    find_wrong_sum();
    find_stale();
    find_sessions_going_back();
    return std::move(found_);
  }

private:
  void add(const char* property, std::string what, history involved) {
    if (told_.insert(property).second)
      found_.push_back({property, std::move(what), std::move(involved), {}});
  }

  void take(const recorded_operation& x) {
    const auto number = number_in(x);
    if (!number) {
      add(property::nothing_invented, "the counter is no number", {x});
      return;
    }
    answers_.push_back({*x.returned, *number, &x});
    if (x.call == operation_call::read) {
      if (last_.by == nullptr || x.invoked >= last_.by->invoked)
        last_ = answers_.back();
      return;
    }
    const auto [other, is_new] = sums_.emplace(*number, &x);
    if (!is_new)
      add(
        property::nothing_lost, "two additions were answered with one sum",
        {*other->second, x});
  }

  void find_wrong_sum() {
    if (last_.by == nullptr)
      return;
    auto least = std::int64_t{0};
    auto most = std::int64_t{0};
    for (const auto& x : operations_) {
      if (x.call != operation_call::add || !x.counts())
        continue;
      least += x.done() && *x.returned <= last_.by->invoked ? 1 : 0;
      most += x.invoked <= *last_.by->returned ? 1 : 0;
    }
    const auto shown = "the counter shows " + std::to_string(last_.value) + ", ";
    if (last_.value < least)
      add(
        property::nothing_lost,
        shown + std::to_string(least) + " additions were acknowledged", {*last_.by});
    if (last_.value > most)
      add(
        property::nothing_twice, shown + std::to_string(most) + " additions were sent",
        {*last_.by});
  }

  void find_stale() {
    const auto told = high_water{answers_};
    for (const auto& x : answers_) {
      const auto* must = told.before(x.by->invoked - x.by->lag(lag_max_));
      if (must != nullptr && must->value > x.value)
        add(
          property::fresh, "an answer is below what was told before", {*must->by, *x.by});
    }
  }

  void find_sessions_going_back() {
    auto seen = std::map<std::size_t, told_value>{};
    for (const auto& x : answers_) {
      auto& before = seen[x.by->client];
      if (before.by != nullptr && x.value < before.value)
        add(
          property::sessions, "a client's answers go back in time", {*before.by, *x.by});
      if (before.by == nullptr || x.value > before.value)
        before = x;
    }
  }

  const history& operations_;
  duration lag_max_;
  std::vector<told_value> answers_;
  told_value last_; ///< What the last read showed.
  std::map<std::int64_t, const recorded_operation*> sums_;
  std::set<std::string> told_;
  violations found_;
};

} // namespace

violations check_counter(const history& operations, duration lag_max) {
  return counter_check{operations, lag_max}.run();
}

} // namespace troupe::lab
