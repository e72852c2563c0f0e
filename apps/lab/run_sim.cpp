#include "apps/lab/run_sim.hpp"

#include "apps/lab/seed_runner.hpp"
#include "apps/lab/shrink.hpp"
#include "apps/lab/sim_report.hpp"
#include "apps/lab/sim_result_json.hpp"
#include "apps/lab/words.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ostream>

namespace troupe::lab {

namespace {

/// So many failures are shown with all that is known of them; of others, their line.
constexpr auto explained_max = std::uint64_t{5};

class sim_run {
public:
  sim_run(
    std::string program, const simulator& what, const sim_options& options,
    std::ostream& out, std::ostream& err)
      : program_{std::move(program)}, what_{&what}, options_{options}, out_{&out},
        people_{options.json ? &err : &out} {}

  expected<int> run() {
    const auto begun = std::chrono::steady_clock::now();
    options_.request = lab::request_of(options_, options_.seeds.first);
    if (auto trouble = check_kept())
      return trouble;
    if (auto trouble = run_all())
      return trouble;
    const auto real = std::chrono::steady_clock::now() - begun;
    print_totals(*people_, totals_, std::chrono::duration_cast<duration>(real));
    const auto idle = faults_that_never_struck(options_, totals_);
    if (!idle.empty())
      *people_ << "VACUOUS: switched on, but in no run did these strike: "
               << join(idle, ", ") << '\n';
    if (options_.shrink)
      if (auto trouble = shrink_it())
        return trouble;
    if (!out_->flush())
      return fail(ec::system, "the results could not be written to standard output");
    return totals_.failed_count == 0 && idle.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
  }

private:
  [[nodiscard]] bool single() const {
    return options_.seeds.first == options_.seeds.last;
  }

  /// Whether the first seed plans what is to be kept of its faults.
  [[nodiscard]] error check_kept() const {
    if (!options_.request.kept)
      return {};
    auto request = options_.request;
    request.until = duration::zero(); // Tells the plan, and no more.
    const auto planned = run_seed(*what_, request);
    if (!planned)
      return planned.error();
    for (const auto number : *options_.request.kept)
      if (
        std::ranges::find(planned->plan, number, &planned_fault::number)
        == planned->plan.end())
        return fail(
          ec::invalid_argument, "--keep-faults: seed " + std::to_string(request.seed)
                                  + " plans no fault " + std::to_string(number)
                                  + "; without the flag it tells what it plans");
    return {};
  }

  error run_all() {
    if (options_.trace_file.empty())
      return run_seeds(*what_, options_, [this](const auto& x) { take(x); });
    const auto result = run_seed(*what_, options_.request, options_.trace_file);
    if (!result)
      return result.error();
    take(*result);
    return {};
  }

  void take(sim_result x) {
    refuse_idle_run(options_.request, x);
    totals_.add(x);
    if (options_.json)
      *out_ << print_line(x) << std::endl; // A reader may wait for each.
    else
      print_short(*people_, x);
    if (!x.violations.empty() && totals_.failed_count <= explained_max)
      print_failure(*people_, x, replay_line(program_, options_, request_of(x)));
    else if (single())
      print_plan(*people_, x.plan);
    last_ = std::move(x);
  }

  [[nodiscard]] sim_request request_of(const sim_result& x) const {
    return lab::request_of(options_, x.seed);
  }

  error shrink_it() {
    const auto property = violated_property(last_);
    if (property.empty()) {
      *people_ << "the seed passes; there is nothing to shrink\n";
      return {};
    }
    auto trouble = error{};
    auto run_count = std::uint64_t{0};
    const auto found = shrink({options_.request, last_}, [&](const sim_request& request) {
      ++run_count;
      return run_again(request, property, trouble);
    });
    if (trouble)
      return trouble;
    *people_ << "\nthe shortest of " << run_count << " runs that still fails:\n";
    print_short(*people_, found.result);
    print_failure(*people_, found.result, replay_line(program_, options_, found.request));
    return {};
  }

  std::optional<sim_result> run_again(
    const sim_request& request, const std::string& property, error& trouble) const {
    auto result = run_seed(*what_, request);
    if (!result) {
      trouble = result.error();
      return std::nullopt;
    }
    refuse_idle_run(request, *result);
    if (violated_property(*result) != property)
      return std::nullopt;
    return std::move(*result);
  }

  std::string program_;
  const simulator* what_;
  sim_options options_;
  std::ostream* out_;
  std::ostream* people_;
  sim_totals totals_;
  sim_result last_;
};

} // namespace

expected<int> run_sim(
  const std::string& program, const simulator& what, const sim_options& options,
  std::ostream& out, std::ostream& err) {
  if (what.check)
    if (auto trouble = what.check(options.request))
      return trouble;
  return sim_run{program, what, options, out, err}.run();
}

} // namespace troupe::lab
