#include "apps/lab/check/linearizability.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <unordered_set>
#include <utility>

namespace troupe::lab {

namespace {

constexpr auto never = std::numeric_limits<std::int64_t>::max();

/// The register after `x`; none when its answer contradicts `state`.
std::optional<std::string> step(const register_operation& x, const std::string& state) {
  switch (x.call) {
    case register_call::read:
      if (x.read && *x.read != state)
        return std::nullopt;
      return state;
    case register_call::write:
      return x.argument;
    case register_call::swap:
      if (x.read && *x.read != state)
        return std::nullopt;
      return x.argument;
    case register_call::append:
      if (x.read && *x.read != state + x.argument)
        return std::nullopt;
      return state + x.argument;
    case register_call::compare_and_set:
      if (!x.returned) // What it answered is not known either.
        return state == x.expected ? x.argument : state;
      if (x.succeeded != (state == x.expected))
        return std::nullopt;
      return x.succeeded ? x.argument : state;
  }
  return std::nullopt;
}

/// A call or a return, in a doubly linked list ordered by time.
struct event {
  std::size_t operation = 0;
  bool is_call = false;
  std::size_t prev = 0;
  std::size_t next = 0;
};

class search {
public:
  search(const std::vector<register_operation>& history, std::size_t steps_max)
      : history_{history}, steps_left_{steps_max}, done_((history.size() + 7) / 8, '\0') {
    link_events();
    known_left_ = static_cast<std::size_t>(std::ranges::count_if(
      history_, [](const register_operation& x) { return x.returned.has_value(); }));
  }

  verdict run() {
    auto cursor = events_[head].next;
    while (known_left_ > 0) {
      if (steps_left_-- == 0)
        return verdict::undecided;
      if (cursor != head && events_[cursor].is_call) {
        cursor = try_call(cursor) ? events_[head].next : events_[cursor].next;
        continue;
      }
      // A return that no call before it explains, or the end: take the last choice back.
      note_stuck(cursor);
      if (stack_.empty())
        return verdict::violated;
      cursor = take_back();
    }
    return verdict::linearizable;
  }

  [[nodiscard]] std::string report() const {
    auto result = std::string{"longest order:\n"};
    for (auto i : longest_)
      result += "  " + describe(history_[i]) + "\n";
    if (stuck_)
      result += "cannot be placed next:\n  " + describe(history_[*stuck_]) + "\n";
    return result;
  }

private:
  static constexpr std::size_t head = 0;

  struct choice {
    std::size_t call = 0;
    std::string state_before;
  };

  static std::size_t call_of(std::size_t operation) { return 1 + 2 * operation; }
  static std::size_t return_of(std::size_t operation) { return 2 + 2 * operation; }

  void link_events() {
    events_.resize(1 + 2 * history_.size());
    auto order = std::vector<std::size_t>(2 * history_.size());
    std::iota(order.begin(), order.end(), 1);
    for (std::size_t i = 0; i < history_.size(); ++i) {
      events_[call_of(i)] = {i, true, 0, 0};
      events_[return_of(i)] = {i, false, 0, 0};
    }
    // Calls before returns of the same moment: they overlap.
    std::ranges::stable_sort(order, {}, [this](std::size_t e) {
      const auto& x = history_[events_[e].operation];
      return std::pair{
        events_[e].is_call ? x.invoked : x.returned.value_or(never), !events_[e].is_call};
    });
    auto last = head;
    for (auto e : order) {
      events_[last].next = e;
      events_[e].prev = last;
      last = e;
    }
    events_[last].next = head;
    events_[head].prev = last;
  }

  void unlink(std::size_t e) {
    events_[events_[e].prev].next = events_[e].next;
    events_[events_[e].next].prev = events_[e].prev;
  }

  void relink(std::size_t e) {
    events_[events_[e].prev].next = e;
    events_[events_[e].next].prev = e;
  }

  bool try_call(std::size_t call) {
    auto operation = events_[call].operation;
    auto after = step(history_[operation], state_);
    if (!after)
      return false;
    flip(operation);
    if (!seen_.insert(done_ + *after).second) {
      flip(operation);
      return false;
    }
    stack_.push_back({call, std::exchange(state_, std::move(*after))});
    unlink(call);
    unlink(return_of(operation));
    known_left_ -= history_[operation].returned ? 1 : 0;
    return true;
  }

  std::size_t take_back() {
    auto last = std::move(stack_.back());
    stack_.pop_back();
    auto operation = events_[last.call].operation;
    state_ = std::move(last.state_before);
    flip(operation);
    relink(return_of(operation));
    relink(last.call);
    known_left_ += history_[operation].returned ? 1 : 0;
    return events_[last.call].next;
  }

  void note_stuck(std::size_t at) {
    if (!longest_.empty() && stack_.size() <= longest_.size())
      return;
    longest_.clear();
    for (const auto& x : stack_)
      longest_.push_back(events_[x.call].operation);
    stuck_.reset();
    if (at != head)
      stuck_ = events_[at].operation;
  }

  /// Whether it is done: its bit.
  void flip(std::size_t operation) {
    auto& bits = done_[operation / 8];
    bits = static_cast<char>(bits ^ 1 << (operation % 8));
  }

  const std::vector<register_operation>& history_;
  std::size_t steps_left_;
  std::vector<event> events_;
  std::string done_; // A bit for each operation: the beginning of what is remembered.
  std::string state_;
  std::vector<choice> stack_;
  std::unordered_set<std::string> seen_;
  std::size_t known_left_ = 0;
  std::vector<std::size_t> longest_;
  std::optional<std::size_t> stuck_;
};

/// Unknown operations that no answer can depend on only widen the search: reads, and
/// writes of values that nobody saw, where nothing depends on what stood there before.
void drop_irrelevant(std::vector<register_operation>& history) {
  auto plain = std::ranges::all_of(history, [](const register_operation& x) {
    return x.call == register_call::read || x.call == register_call::write
           || x.call == register_call::swap;
  });
  auto seen = std::unordered_set<std::string>{};
  for (const auto& x : history) {
    if (x.returned && x.read)
      seen.insert(*x.read);
  }
  std::erase_if(history, [&](const register_operation& x) {
    if (x.returned)
      return false;
    return x.call == register_call::read || (plain && !seen.contains(x.argument));
  });
}

} // namespace

linearizability
check_linearizable(std::vector<register_operation> operations, std::size_t steps_max) {
  drop_irrelevant(operations);
  auto run = search{operations, steps_max};
  auto what = run.run();
  return {what, what == verdict::linearizable ? std::string{} : run.report()};
}

bool is_linearizable_by_force(const std::vector<register_operation>& operations) {
  // Places one operation after the other; each may come next that was invoked before
  // every other open one returned. Unknown ones may never come.
  auto placed = std::vector<bool>(operations.size(), false);
  auto place = [&](auto& self, const std::string& state) -> bool {
    auto earliest_return = never;
    auto known_open = false;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      if (placed[i] || !operations[i].returned)
        continue;
      known_open = true;
      earliest_return = std::min(earliest_return, *operations[i].returned);
    }
    if (!known_open)
      return true;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      if (placed[i] || operations[i].invoked > earliest_return)
        continue;
      auto after = step(operations[i], state);
      if (!after)
        continue;
      placed[i] = true;
      if (self(self, *after))
        return true;
      placed[i] = false;
    }
    return false;
  };
  return place(place, {});
}

std::string describe(const register_operation& x) {
  static constexpr auto names
    = std::array{"read", "write", "compare_and_set", "append", "swap"};
  auto result = "[" + std::to_string(x.invoked) + ", "
                + (x.returned ? std::to_string(*x.returned) : "unknown") + "] client "
                + std::to_string(x.client) + " "
                + names[static_cast<std::size_t>(x.call)];
  if (x.call != register_call::read)
    result += " '" + x.argument + "'";
  if (x.call == register_call::compare_and_set)
    result += " expecting '" + x.expected + "': " + (x.succeeded ? "done" : "refused");
  if (x.read)
    result += " -> '" + *x.read + "'";
  return result;
}

} // namespace troupe::lab
