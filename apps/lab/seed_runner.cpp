#include "apps/lab/seed_runner.hpp"

#include "apps/lab/run_trace.hpp"
#include "apps/lab/seed_process.hpp"
#include "apps/lab/words.hpp"
#include "apps/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <map>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace troupe::lab {

namespace {

/// How many seeds may wait for an earlier one that takes long.
constexpr auto ahead_max = std::uint64_t{256};

expected<sim_result>
run_alone(const simulator& what, const sim_request& request, std::optional<int> trace) {
  auto process = seed_process::start(what, request, trace);
  if (!process)
    return process.error();
  auto result = process->finish();
  if (process->trace_lost())
    return fail(ec::system, "the trace could not be written to its end");
  return result;
}

void take_trace(const memory_file& file, sim_result& result) {
  auto lines = split(file.text(), '\n');
  auto trace = run_trace{};
  lines.pop_back(); // Behind the last line break: nothing, or a part of a line.
  for (const auto& line : lines)
    trace.add_line(line);
  result.hash = trace.hash();
  result.event_count = trace.event_count();
  result.last_events = trace.last_lines();
}

/// A process that died has told nothing. The same run again dies again, and leaves its
/// trace; one that stops at once tells its plan.
error examine(const simulator& what, sim_request request, sim_result& dead) {
  auto file = memory_file::make();
  if (!file)
    return file.error();
  const auto again = run_alone(what, request, file->descriptor());
  if (!again)
    return again.error();
  take_trace(*file, dead);
  request.until = duration::zero();
  const auto beginning = run_alone(what, request, std::nullopt);
  if (!beginning)
    return beginning.error();
  dead.plan = beginning->plan;
  dead.options = beginning->options;
  dead.client_count = beginning->client_count;
  return {};
}

/// A seed that is on its way, for the first or the second time.
struct seed_run {
  sim_request request;
  seed_process process;
  std::optional<sim_result> first{};
};

class range_run {
public:
  range_run(
    const simulator& what, const sim_options& options,
    const std::function<void(const sim_result&)>& each)
      : what_{&what}, options_{&options}, each_{&each}, next_{options.seeds.first},
        told_{options.seeds.first} {}

  error run() {
    while (more() || !running_.empty()) {
      while (more() && running_.size() < options_->job_count && next_ - told_ < ahead_max)
        if (auto trouble = start_next())
          return trouble;
      wait_for_any();
      if (auto trouble = take_ended())
        return trouble;
    }
    return {};
  }

private:
  [[nodiscard]] bool more() const { return !all_started_; }

  error start_next() {
    auto request = request_of(*options_, next_);
    auto process = seed_process::start(*what_, request, std::nullopt);
    if (!process)
      return process.error();
    running_.push_back({std::move(request), std::move(*process)});
    all_started_ = next_ == options_->seeds.last;
    ++next_;
    return {};
  }

  void wait_for_any() {
    auto ends = std::vector<pollfd>{};
    auto limit = running_.front().process.time_left();
    for (const auto& x : running_) {
      ends.push_back({x.process.descriptor(), POLLIN, 0});
      limit = std::min(limit, x.process.time_left());
    }
    // Whatever it returns: `take_ended` asks each.
    static_cast<void>(::poll(ends.data(), ends.size(), limit));
  }

  error take_ended() {
    for (auto i = std::size_t{0}; i < running_.size();) {
      if (!running_[i].process.ended()) {
        ++i;
        continue;
      }
      auto run = std::move(running_[i]);
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      if (auto trouble = take(std::move(run)))
        return trouble;
    }
    tell();
    return {};
  }

  error take(seed_run run) {
    auto result = run.process.finish();
    if (seed_process::has_died(result))
      if (auto trouble = examine(*what_, run.request, result))
        return trouble;
    if (run.first) {
      if (run.first->hash != result.hash)
        result.violations.push_back(
          "determinism: two runs of the seed differ, with the hashes " + run.first->hash
          + " and " + result.hash);
    } else if (options_->twice) {
      auto second = seed_process::start(*what_, run.request, std::nullopt);
      if (!second)
        return second.error();
      running_.push_back({run.request, std::move(*second), std::move(result)});
      return {};
    }
    results_.emplace(run.request.seed, std::move(result));
    return {};
  }

  void tell() {
    for (auto found = results_.begin(); found != results_.end() && found->first == told_;
         ++told_) {
      (*each_)(found->second);
      found = results_.erase(found);
    }
  }

  const simulator* what_;
  const sim_options* options_;
  const std::function<void(const sim_result&)>* each_;
  std::uint64_t next_; ///< To be started.
  std::uint64_t told_; ///< The first that `each` was not called for.
  bool all_started_ = false;
  std::vector<seed_run> running_;
  std::map<std::uint64_t, sim_result> results_;
};

} // namespace

expected<sim_result> run_seed(const simulator& what, const sim_request& request) {
  auto result = run_alone(what, request, std::nullopt);
  if (result && seed_process::has_died(*result))
    if (auto trouble = examine(what, request, *result))
      return trouble;
  return result;
}

expected<sim_result> run_seed(
  const simulator& what, const sim_request& request, const std::string& trace_file) {
  const auto file
    = ::open(trace_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0)
    return fail(
      ec::invalid_argument,
      "--trace: " + sentence_of(apps::system_error("cannot write " + trace_file, errno)));
  auto result = run_alone(what, request, file);
  if (::close(file) != 0 || (!result && result.error() == ec::system))
    return fail(
      ec::invalid_argument,
      "--trace: " + trace_file + " is not whole: "
        + (result ? "it cannot be closed" : sentence_of(result.error()))
        + "; is the disk full?");
  if (result && seed_process::has_died(*result))
    if (auto trouble = examine(what, request, *result))
      return trouble;
  return result;
}

error run_seeds(
  const simulator& what, const sim_options& options,
  const std::function<void(const sim_result&)>& each) {
  return range_run{what, options, each}.run();
}

} // namespace troupe::lab
