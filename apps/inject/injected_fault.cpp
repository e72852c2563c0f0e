#include "apps/inject/injected_fault.hpp"

#include "actors/base/config.hpp"

#include <algorithm>
#include <utility>

namespace troupe::apps {

namespace {

// In the order of injected_kinds.
constexpr auto names = std::array<std::string_view, injected_kinds.size()>{
  "drop", "delay", "one_way", "partition", "pause", "disk_stall"};

error refused(std::string what) { return fail(ec::invalid_argument, std::move(what)); }

error as_argument(const error& why) { return why ? refused(sentence_of(why)) : error{}; }

error check_length(const injected_fault& x, duration longest) {
  if (x.length == duration::zero())
    return x.kind == injected_kind::pause
             ? refused("a pause needs a length: nothing can end it early; add --for 5s")
             : error{};
  constexpr auto shortest = std::chrono::milliseconds{1};
  if (auto trouble = check_range("--for", x.length, shortest, longest))
    return refused(
      sentence_of(trouble) + " (node.inject_max of the node bounds every fault)");
  return {};
}

error check_values(const injected_fault& x) {
  constexpr auto none = duration::zero();
  switch (x.kind) {
    case injected_kind::drop:
      if (x.ratio > 0 && x.ratio <= 1)
        return {};
      return refused(
        "drop is given " + to_text(x.ratio)
        + "; it takes a probability above 0 and at most 1, as 0.01");
    case injected_kind::delay:
      if (x.delay == none && x.jitter == none)
        return refused("delay needs how long, as 50ms");
      return as_argument(first_error(
        {check_range("delay", x.delay, none, injected_delay_max),
         check_range("--jitter", x.jitter, none, injected_delay_max)}));
    case injected_kind::disk_stall:
      return as_argument(check_range("disk_stall", x.stall, none, injected_delay_max));
    case injected_kind::one_way:
    case injected_kind::partition:
    case injected_kind::pause:
      return {};
  }
  return refused("no such kind of fault");
}

} // namespace

std::string_view to_string(injected_kind x) {
  return names.at(static_cast<std::size_t>(x) - 1);
}

bool parse(std::string_view text, injected_kind& result) {
  const auto found = std::ranges::find(names, text);
  if (found == names.end())
    return false;
  result = injected_kinds.at(static_cast<std::size_t>(found - names.begin()));
  return true;
}

error check(const injected_fault& x, duration longest) {
  auto trouble = check_values(x);
  return trouble ? trouble : check_length(x, longest);
}

std::string parameters_of(const injected_fault& x) {
  switch (x.kind) {
    case injected_kind::drop:
      return to_text(x.ratio);
    case injected_kind::delay:
      return to_text(x.delay)
             + (x.jitter > duration::zero() ? ", up to " + to_text(x.jitter) + " more" : "");
    case injected_kind::disk_stall:
      return x.stall > duration::zero() ? to_text(x.stall) + " each sync"
                                        : "every sync waits";
    case injected_kind::one_way:
    case injected_kind::partition:
    case injected_kind::pause:
      return {};
  }
  return {};
}

} // namespace troupe::apps
