#include "apps/lab/report/time_axis.hpp"

#include "apps/lab/report/markup.hpp"

#include <algorithm>
#include <array>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

duration step_for(duration end) {
  constexpr auto ticks_max = 25;
  constexpr auto steps = std::array<duration, 8>{1s, 2s, 5s, 10s, 30s, 60s, 300s, 600s};
  const auto fits = [end](duration step) { return end / step <= ticks_max; };
  const auto found = std::ranges::find_if(steps, fits);
  return found == steps.end() ? end / ticks_max : *found;
}

} // namespace

time_axis::time_axis(duration end) : end_{std::max<duration>(end, 1ms)} {}

double time_axis::at(duration x) const {
  const auto share
    = std::chrono::duration<double>{x} / std::chrono::duration<double>{end_};
  return left + std::clamp(share, 0.0, 1.0) * (right - left);
}

std::string time_axis::draw_ticks(double height) const {
  auto result = std::string{};
  const auto step = step_for(end_);
  for (auto x = duration::zero(); x <= end_; x += step) {
    result += line(at(x), 0, at(x), height, "tick");
    result += label(at(x) - 4, height + 14, "small", std::to_string(x / 1s) + " s");
  }
  return result;
}

} // namespace troupe::lab
