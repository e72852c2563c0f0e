// Membership alone, on simulated nodes and in virtual time, for tests/bench/run.py: what
// it costs, how soon it finds who has crashed, and whom it wrongly takes for dead. Prints
// a line of JSON for each condition: calm, loss, starved.
#include "tests/simulation/membership_world.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace {

using namespace troupe;
using namespace std::chrono_literals;
using test::membership_world;

struct bench_options {
  std::size_t node_count = 100;
  std::uint64_t seed = 1;
  double node_hours = 100;       // Of each condition, without crashes, at least.
  std::size_t crash_count = 100; // Of each condition.
};

constexpr auto loss_ratio = 0.1;

// A starved node runs for less than a tenth of its time.
constexpr auto still = duration{2s};
constexpr auto awake = duration{200ms};

constexpr auto seed_node = std::size_t{0}; // Never crashes: all join through it.
constexpr auto starved_node = std::size_t{1};
constexpr auto first_victim = std::size_t{2};

constexpr auto join_within = duration{60s};
constexpr auto found_within = duration{180s};
constexpr auto fade = duration{20s}; // Until there is no news to tell any more.

double seconds(duration x) { return std::chrono::duration<double>(x).count(); }

/// The least sample that `share` of them do not exceed; none of none.
nlohmann::json at(std::vector<double> samples, double share) {
  if (samples.empty())
    return nullptr;
  std::ranges::sort(samples);
  return samples[static_cast<std::size_t>(
    share * static_cast<double>(samples.size() - 1) + 0.5)];
}

class membership_bench {
public:
  explicit membership_bench(const bench_options& chosen)
      : options_{chosen}, random_{chosen.seed}, world_{
                                                  {.node_count = chosen.node_count,
                                                   .seed = chosen.seed}} {}

  /// False when the nodes do not find each other.
  bool join() {
    world_.start_all(1s, seed_node);
    world_.run_for(join_within);
    return world_.all_up() && world_.views_are_true();
  }

  void set_loss(double ratio) { world_.set_loss(ratio); }

  void starve() {
    starved_ = true;
    world_.starve(starved_node, still, awake);
  }

  /// The figures of what is the case now.
  nlohmann::json measure(const std::string& condition) {
    const auto begun = world_.now();
    const auto wrong = world_.wrong_deaths();
    first_.clear();
    all_.clear();
    missed_ = 0;
    auto result = traffic();
    crash();
    result["condition"] = condition;
    result["nodes"] = options_.node_count;
    result["node_hours"] = seconds(world_.now() - begun) / 3'600 * node_count();
    result["false_deaths"] = world_.wrong_deaths() - wrong;
    result["crashes"] = first_.size() + missed_;
    result["missed"] = missed_;
    result["first_p50"] = at(first_, 0.5);
    result["first_p99"] = at(first_, 0.99);
    result["all_p50"] = at(all_, 0.5);
    result["all_p99"] = at(all_, 0.99);
    return result;
  }

private:
  [[nodiscard]] double node_count() const {
    return static_cast<double>(options_.node_count);
  }

  /// What a node sends while none crashes: over a whole period of the full exchanges, or
  /// those that happen to fall in would decide.
  nlohmann::json traffic() {
    const auto wanted
      = std::chrono::duration_cast<duration>(options_.node_hours * 3'600s / node_count());
    const auto length
      = std::max(wanted, cluster::push_pull_period({}, options_.node_count));
    const auto messages = world_.messages_sent();
    const auto bytes = world_.bytes_sent();
    world_.run_for(length);
    const auto rate = [&](std::uint64_t sent) {
      return static_cast<double>(sent) / seconds(length) / node_count();
    };
    return {
      {"messages", rate(world_.messages_sent() - messages)},
      {"bytes", rate(world_.bytes_sent() - bytes)}};
  }

  /// Two nodes of a hundred crash, within seconds, again and again, and come back.
  void crash() {
    const auto at_once = std::max<std::size_t>(options_.node_count / 50, 1);
    for (std::size_t done = 0; done < options_.crash_count; done += at_once) {
      auto victims = std::map<std::size_t, time_point>{};
      const auto first_death = world_.deaths().size();
      while (victims.size() < at_once) {
        const auto victim
          = first_victim + random_.below(options_.node_count - first_victim);
        if (victims.contains(victim))
          continue;
        world_.crash(victim);
        victims.emplace(victim, world_.now());
        world_.run_for(random_.between(duration{0}, duration{200ms}));
      }
      find(victims, first_death);
      for (const auto& [victim, when] : victims)
        world_.start(victim, {seed_node});
      world_.run_for(fade);
    }
  }

  [[nodiscard]] bool observes(std::size_t i) const {
    return world_.up(i) && !(starved_ && i == starved_node);
  }

  [[nodiscard]] bool all_know(std::size_t victim) const {
    for (std::size_t on = 0; on < options_.node_count; ++on)
      if (observes(on) && world_.view(on, victim) != cluster::member_state::dead)
        return false;
    return true;
  }

  /// Waits until all know of all `victims`, and notes how long that took. `first_death`
  /// is the first of those told since they began to crash.
  void find(const std::map<std::size_t, time_point>& victims, std::size_t first_death) {
    const auto done = [&] {
      return std::ranges::all_of(
        victims, [&](const auto& x) { return all_know(x.first); });
    };
    const auto begun = world_.now();
    while (!done() && world_.now() - begun < found_within)
      world_.run_for(200ms);
    auto told = std::map<std::size_t, std::vector<double>>{};
    for (auto i = first_death; i < world_.deaths().size(); ++i)
      if (const auto& x = world_.deaths()[i]; victims.contains(x.of) && observes(x.on))
        told[x.of].push_back(seconds(x.when - victims.at(x.of)));
    for (const auto& [victim, when] : victims) {
      if (!all_know(victim) || told[victim].empty()) {
        ++missed_;
        continue;
      }
      first_.push_back(std::ranges::min(told[victim]));
      all_.push_back(std::ranges::max(told[victim]));
    }
  }

  bench_options options_;
  random_source random_;
  membership_world world_;
  bool starved_ = false;
  std::size_t missed_ = 0;    // Crashes that somebody has not heard of in time.
  std::vector<double> first_; // Seconds from a crash until somebody knows.
  std::vector<double> all_;   // Until all do.
};

} // namespace

int main(int argc, char** argv) {
  auto x = bench_options{};
  auto app = CLI::App{"Membership alone, simulated: its cost, its speed, its mistakes."};
  app.add_option("--nodes", x.node_count)->check(CLI::Range(10, 10'000));
  app.add_option("--seed", x.seed);
  app.add_option("--node-hours", x.node_hours, "of each condition, without crashes")
    ->check(CLI::PositiveNumber);
  app.add_option("--crashes", x.crash_count, "of each condition");
  CLI11_PARSE(app, argc, argv);
  auto bench = membership_bench{x};
  if (!bench.join()) {
    std::cerr << "the nodes do not find each other\n";
    return EXIT_FAILURE;
  }
  std::cout << bench.measure("calm") << std::endl;
  bench.set_loss(loss_ratio);
  std::cout << bench.measure("loss") << std::endl;
  bench.set_loss(0);
  bench.starve();
  std::cout << bench.measure("starved") << std::endl;
  return EXIT_SUCCESS;
}
