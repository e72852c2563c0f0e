#include "apps/lab/report/timeline.hpp"

#include "apps/lab/report/load_chart.hpp"
#include "apps/lab/report/markup.hpp"
#include "apps/lab/report/text_report.hpp"
#include "apps/lab/report/time_axis.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace troupe::lab {

namespace {

constexpr auto lane_gap = 14.0;
constexpr auto bar_height = 9.0;
constexpr auto fault_height = 16.0;

/// Worst first: what others say of a node is shown by its worst word.
constexpr auto states_by_badness
  = std::array<std::string_view, 4>{"dead", "suspect", "left", "alive"};

/// Draws from above to below; each lane begins where the last one has ended.
class timeline {
public:
  explicit timeline(const run_record& what) : what_{what}, axis_{what.ended} {}

  std::string draw() {
    draw_faults();
    for (const auto& node : what_.nodes)
      draw_node(node);
    for (const auto& [shard, slots] : what_.slots)
      draw_shard(shard);
    const auto load = draw_load(what_, axis_, y_ + lane_gap);
    body_ += load.text;
    y_ = load.bottom;
    return "<svg viewBox=\"0 0 " + number(time_axis::width) + " " + number(y_ + 30)
           + "\" role=\"img\">\n" + draw_background() + body_ + "</svg>\n";
  }

private:
  /// The time of each strike, through all lanes; seconds; operations that violate
  /// something; the end of all faults.
  [[nodiscard]] std::string draw_background() const {
    auto result = std::string{};
    for (const auto& x : what_.strikes)
      if (x.struck())
        result += rectangle(span(x.begun, x.ended, 0, y_), "strike");
    result += axis_.draw_ticks(y_);
    for (const auto& x : what_.checks.found)
      for (const auto& operation : x.operations) {
        const auto at = axis_.at(operation.invoked);
        result += line(at, 0, at, y_, "violation");
      }
    const auto healed = axis_.at(what_.healed);
    return result + line(healed, 0, healed, y_, "healed")
           + label(healed + 4, 10, "small", "all faults ended");
  }

  void draw_faults() {
    caption("faults", fault_height);
    auto free_from = std::vector<double>{}; // Of each row.
    const auto top = y_;
    for (const auto& x : what_.strikes) {
      if (!x.struck())
        continue;
      const auto text = x.fault.kind + " " + joined(x.nodes);
      const auto where = span(x.begun, x.ended, 0, fault_height - 3);
      constexpr auto letter_width = 6.5;
      const auto needed
        = std::max(where.width, letter_width * static_cast<double>(text.size()) + 8);
      auto row = std::size_t{0};
      while (row < free_from.size() && free_from[row] > where.x)
        ++row;
      free_from.resize(std::max(free_from.size(), row + 1));
      free_from[row] = where.x + needed;
      const auto y = top + static_cast<double>(row) * fault_height;
      body_ += rectangle({where.x, y, where.width, where.height}, "fault", to_string(x));
      body_ += label(where.x + 3, y + 10, "small", text);
    }
    const auto rows = std::max<std::size_t>(free_from.size(), 1);
    y_ = top + static_cast<double>(rows) * fault_height + lane_gap;
  }

  void draw_node(const std::string& node) {
    caption(node, bar_height);
    draw_states(node + " of itself: ", own_states(node));
    y_ += bar_height + 1;
    draw_states(node + " as others see it: ", states_by_others(node));
    y_ += bar_height + lane_gap;
  }

  using states = std::vector<std::pair<duration, std::string>>;

  [[nodiscard]] states own_states(const std::string& node) const {
    auto result = states{};
    for (const auto& x : what_.members)
      if (x.observer == node && x.subject == node)
        result.emplace_back(x.at, x.state);
    return result;
  }

  /// The worst that anyone says who can be asked.
  [[nodiscard]] states states_by_others(const std::string& node) const {
    auto said = std::map<std::string, std::string>{}; // By observer.
    auto asked = std::map<std::string, bool>{};
    auto result = states{};
    for (const auto& x : what_.members) {
      if (x.observer == x.subject)
        asked[x.observer] = x.state != "silent";
      else if (x.subject == node)
        said[x.observer] = x.state;
      else
        continue;
      auto worst = std::string{"unknown"};
      for (const auto state : states_by_badness)
        if (worst == "unknown" && std::ranges::any_of(said, [&](const auto& y) {
              return y.second == state && asked[y.first] && y.first != node;
            }))
          worst = state;
      if (result.empty() || result.back().second != worst)
        result.emplace_back(x.at, worst);
    }
    return result;
  }

  void draw_states(const std::string& title, const states& changes) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const auto& [from, state] = changes[i];
      const auto until = i + 1 < changes.size() ? changes[i + 1].first : what_.ended;
      body_ += rectangle(
        span(from, until, y_, bar_height), "state " + state,
        title + state + ", " + seconds_text(from) + " to " + seconds_text(until));
    }
  }

  /// A row for each node that was ever master, so that a failover is a step.
  void draw_shard(std::uint64_t shard) {
    const auto rows = static_cast<double>(what_.nodes.size());
    caption("shard " + std::to_string(shard), bar_height);
    body_ += rectangle(
      {time_axis::left, y_, time_axis::right - time_axis::left, rows * bar_height},
      "ground");
    for (const auto& x : what_.masterships)
      if (x.shard == shard)
        draw_mastership(x);
    y_ += rows * bar_height + lane_gap;
  }

  void draw_mastership(const mastership& x) {
    const auto place = static_cast<std::size_t>(
      std::ranges::find(what_.nodes, x.node) - what_.nodes.begin());
    const auto y = y_ + static_cast<double>(place) * bar_height;
    const auto from = std::max(x.from, duration::zero());
    const auto until = end_of(x);
    if (until < duration::zero())
      return;
    const auto text = x.node + ", epoch " + std::to_string(x.epoch);
    const auto where = span(from, until, y, bar_height - 1);
    body_ += painted(
      where, colour_of_node(place),
      text + ", " + seconds_text(from) + " to " + seconds_text(until));
    constexpr auto width_for_text = 70.0;
    if (where.width > width_for_text)
      body_ += label(where.x + 3, y + 7, "tiny", text);
  }

  /// A killed node does not say that it is master no more.
  [[nodiscard]] duration end_of(const mastership& x) const {
    auto result = x.until.value_or(what_.ended);
    for (const auto& y : what_.strikes)
      if (
        kills(y.fault.kind) && y.begun >= x.from && y.begun < result
        && std::ranges::find(y.nodes, x.node) != y.nodes.end())
        result = y.begun;
    return result;
  }

  static bool kills(const std::string& kind) {
    return kind == "kill" || kind == "kill_all" || kind == "restart";
  }

  void caption(const std::string& text, double height) {
    body_ += label(4, y_ + height - 1, "caption", text);
  }

  [[nodiscard]] box
  span(duration from, std::optional<duration> until, double y, double height) const {
    const auto x = axis_.at(from);
    return {x, y, axis_.at(until.value_or(what_.ended)) - x, height};
  }

  static std::string joined(const std::vector<std::string>& words) {
    auto result = std::string{};
    for (const auto& x : words)
      result += (result.empty() ? "" : " ") + x;
    return result;
  }

  const run_record& what_;
  time_axis axis_;
  std::string body_;
  double y_ = 18;
};

} // namespace

std::string draw_timeline(const run_record& x) { return timeline{x}.draw(); }

std::string colour_of_node(std::size_t place) {
  constexpr auto colours = std::array<std::string_view, 7>{
    "#4c78a8", "#f58518", "#54a24b", "#b279a2", "#9d755d", "#72b7b2", "#e45756"};
  return std::string{colours[place % colours.size()]};
}

} // namespace troupe::lab
