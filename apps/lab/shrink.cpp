#include "apps/lab/shrink.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace troupe::lab {

namespace {

/// Time is not cut finer than this: nobody reads a difference.
constexpr auto time_step = std::chrono::milliseconds{100};

using numbers = std::vector<std::size_t>;

/// Without the part that begins at `from`.
numbers without(const numbers& all, std::size_t from, std::size_t count) {
  auto result = all;
  const auto begin = result.begin() + static_cast<std::ptrdiff_t>(from);
  const auto end
    = begin + static_cast<std::ptrdiff_t>(std::min(count, all.size() - from));
  result.erase(begin, end);
  return result;
}

class shrinker {
public:
  shrinker(shrunk_run failed, const failing_run& fails)
      : best_{std::move(failed)}, fails_{&fails} {}

  shrunk_run run() {
    cut_faults();
    cut_clients();
    cut_time();
    forget_unplanned();
    return std::move(best_);
  }

private:
  bool try_it(sim_request request) {
    auto result = (*fails_)(request);
    if (!result)
      return false;
    best_ = {std::move(request), std::move(*result)};
    return true;
  }

  bool keeps(const numbers& faults) {
    auto request = best_.request;
    request.kept = std::set<std::size_t>(faults.begin(), faults.end());
    return try_it(std::move(request));
  }

  void cut_faults() {
    auto faults = numbers{};
    for (const auto& x : best_.result.plan)
      faults.push_back(x.number);
    if (faults.empty() || keeps({}))
      return;
    // Parts are left out, in turn; when none can be, smaller parts.
    auto part = (faults.size() + 1) / 2;
    while (true) {
      const auto smaller = without_a_part(faults, part);
      if (smaller)
        faults = *smaller;
      else if (part == 1)
        return;
      part = std::clamp<std::size_t>(
        smaller ? part : (part + 1) / 2, 1, std::max<std::size_t>(1, faults.size() / 2));
    }
  }

  std::optional<numbers> without_a_part(const numbers& faults, std::size_t part) {
    if (faults.size() == 1) // The run with none has passed.
      return std::nullopt;
    for (std::size_t from = 0; from < faults.size(); from += part) {
      auto fewer = without(faults, from, part);
      if (!fewer.empty() && keeps(fewer))
        return fewer;
    }
    return std::nullopt;
  }

  void cut_clients() {
    for (std::size_t count = 1; count < best_.result.client_count; ++count) {
      auto request = best_.request;
      request.client_count = count;
      if (try_it(std::move(request)))
        return;
    }
  }

  // Bisects, though a shorter run may pass while an even shorter one fails.
  void cut_time() {
    auto low = duration::zero();
    while (best_.request.length - low > time_step) {
      auto request = best_.request;
      const auto middle = low + (best_.request.length - low) / 2;
      request.length = std::chrono::ceil<std::chrono::milliseconds>(middle);
      const auto tried = request.length;
      if (!try_it(std::move(request)))
        low = tried;
    }
  }

  // What a shorter run does not reach it does not plan.
  void forget_unplanned() {
    if (!best_.request.kept)
      return;
    auto planned = std::set<std::size_t>{};
    for (const auto& x : best_.result.plan)
      if (best_.request.kept->contains(x.number))
        planned.insert(x.number);
    best_.request.kept = std::move(planned);
  }

  shrunk_run best_;
  const failing_run* fails_;
};

} // namespace

std::string violated_property(const sim_result& x) {
  if (x.violations.empty())
    return {};
  const auto& first = x.violations.front();
  return first.substr(0, first.find(':'));
}

shrunk_run shrink(shrunk_run failed, const failing_run& fails) {
  return shrinker{std::move(failed), fails}.run();
}

} // namespace troupe::lab
