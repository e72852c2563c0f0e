#include "apps/lab/chaos/run_chaos.hpp"

#include "apps/lab/chaos/chaos_run.hpp"
#include "apps/lab/chaos/fault_kinds.hpp"
#include "apps/lab/chaos/loopback_world.hpp"
#include "apps/lab/chaos/namespaces.hpp"
#include "apps/lab/chaos/netns_world.hpp"
#include "apps/lab/chaos/run_folder.hpp"
#include "apps/lab/report/html_report.hpp"
#include "apps/lab/report/text_report.hpp"
#include "apps/lab/scenario.hpp"
#include "apps/node/process_signals.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace troupe::lab {

namespace {

/// The run's own properties, beside those of the checkers.
std::vector<std::string> known_properties() {
  auto result = checked_properties();
  const auto& own = run_properties();
  result.insert(result.end(), own.begin(), own.end());
  return result;
}

apps::cluster_options options_of(const scenario& what, const chaos_request& request) {
  auto result = apps::cluster_options{};
  result.node_count = what.cluster.node_count;
  result.shard_count = what.cluster.shard_count;
  result.replica_count = what.cluster.replica_count;
  result.ack = what.cluster.ack;
  result.program = request.program;
  result.base_port = request.base_port.value_or(result.base_port);
  return result;
}

expected<std::unique_ptr<chaos_world>>
make_loopback(const run_folder& folder, apps::cluster_options options, bool fixed_ports) {
  if (!fixed_ports) {
    const auto base = find_base_port(options);
    if (!base)
      return base.error();
    options.base_port = *base;
  }
  return loopback_world::make(folder.cluster(), options);
}

/// What was made in part is taken down again.
expected<std::unique_ptr<chaos_world>> make_namespaces(
  const run_folder& folder, const apps::cluster_options& options, std::uint64_t seed,
  const fault_plan& plan) {
  const auto own_disks
    = std::ranges::find(plan, "disk_full", &planned_fault::kind) != plan.end();
  auto result
    = netns_world::make(folder.path(), folder.cluster(), options, seed, own_disks);
  if (!result)
    static_cast<void>(remove_namespaces_of(folder.path())); // Why it failed is told.
  return result;
}

/// Fails before anything is begun when the report could not be written at its end.
error check_writable(const std::string& path) {
  auto problem = std::error_code{};
  const auto was_there = std::filesystem::exists(path, problem);
  if (std::ofstream{path, std::ios::app}) {
    if (!was_there)
      std::filesystem::remove(path, problem);
    return {};
  }
  return fail(
    ec::invalid_argument,
    "cannot write the report " + path + "; name another file with --report");
}

void print_plan(const fault_plan& plan, std::ostream& out) {
  out << (plan.empty() ? "no faults are planned\n" : "planned:\n");
  for (const auto& fault : plan)
    out << "  " << to_string(fault) << '\n';
  out.flush();
}

error write_report(const std::string& path, const run_record& record) {
  auto file = std::ofstream{path, std::ios::binary};
  print_html(record, file);
  file.flush();
  return file ? error{} : fail(ec::system, "cannot write the report " + path);
}

/// A marker that stays is told: the next run would take this one for a killed one.
void keep_folder(const run_folder& folder, std::ostream& out) {
  if (const auto trouble = folder.keep())
    out << sentence_of(trouble)
        << "; while it is there, the next run takes this one for killed, and removes its "
           "logs and data\n";
}

/// Ends the folder by what the run came to, and tells what is left of it. Whatever cannot
/// be written, the verdict is told; a run without its page has not passed.
expected<chaos_verdict> conclude(
  const run_record& record, const run_folder& folder, const std::string& report,
  std::ostream& out) {
  const auto unwritten = write_report(report, record);
  const auto passed = record.checks.found.empty();
  auto unremoved = error{};
  if (passed && !unwritten) {
    unremoved = folder.remove();
  } else {
    out << "logs, histories and data are in " << folder.path() << '\n';
    keep_folder(folder, out);
  }
  out << (unwritten ? sentence_of(unwritten) : "the report is " + report) << '\n';
  print_report(record, out);
  if (!passed)
    return chaos_verdict::violated;
  if (unwritten || unremoved)
    return unwritten ? unwritten : unremoved;
  return chaos_verdict::passed;
}

} // namespace

expected<chaos_verdict> run_chaos(const chaos_request& request, std::ostream& out) {
  const auto what
    = read_scenario(request.scenario_file, {chaos_fault_kinds(), known_properties()});
  if (!what)
    return what.error();
  const auto seed = request.seed.value_or(what->seed);
  const auto plan = plan_of(*what, seed);
  const auto own_network
    = std::ranges::any_of(plan, [](const auto& x) { return needs_namespaces(x.kind); });
  if (const auto why = own_network ? why_no_namespaces() : std::string{}; !why.empty()) {
    out << "SKIPPED: " << why << std::endl;
    return chaos_verdict::skipped;
  }
  const auto tell = [&out](const std::string& line) { out << line << std::endl; };
  const auto directory
    = request.directory.empty() ? default_chaos_directory() : request.directory;
  if (!request.report_file.empty())
    if (auto trouble = check_writable(request.report_file))
      return trouble;
  const auto folder = run_folder::make(directory, what->name, seed, tell);
  if (!folder)
    return folder.error();
  const auto report
    = request.report_file.empty() ? folder->path() + ".html" : request.report_file;
  if (request.report_file.empty())
    if (auto trouble = check_writable(report)) {
      static_cast<void>(folder->remove()); // The report is what must be told.
      return trouble;
    }
  out << what->name << " seed " << seed << '\n';
  print_plan(plan, out);
  const auto options = options_of(*what, request);
  auto signals = apps::process_signals{}; // Before the world makes threads.
  if (signals.trouble()) {
    static_cast<void>(folder->remove());
    return signals.trouble();
  }
  auto world = own_network
                 ? make_namespaces(*folder, options, seed, plan)
                 : make_loopback(*folder, options, request.base_port.has_value());
  if (!world) {
    static_cast<void>(folder->remove());
    return world.error();
  }
  auto record
    = chaos_run{*what, seed, plan, request.make_workload, **world, *folder, signals, tell}
        .run();
  if (auto trouble = (*world)->close())
    return trouble;
  if (!record) {
    out << "histories are kept in " << folder->histories() << '\n';
    keep_folder(*folder, out);
    return record.error();
  }
  return conclude(*record, *folder, report, out);
}

} // namespace troupe::lab
