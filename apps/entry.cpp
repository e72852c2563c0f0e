#include "apps/entry.hpp"

#include "apps/app_command_line.hpp"
#include "apps/lab/chaos/chaos_command.hpp"
#include "apps/lab/cores/cores.hpp"
#include "apps/lab/run_sim.hpp"
#include "apps/lab/sim_command.hpp"
#include "apps/lab/world/node_world.hpp"
#include "apps/local/down.hpp"
#include "apps/local/local_commands.hpp"
#include "apps/local/up.hpp"
#include "apps/node/config_environment.hpp"
#include "apps/node/nearest.hpp"
#include "apps/node/node_command.hpp"
#include "apps/node/run_node.hpp"
#include "apps/shell/shell_command.hpp"

#include <cstdlib>
#include <iostream>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace troupe::apps {

namespace {

constexpr auto exit_misuse = 2;

/// All sub-commands and their flags.
class command_line {
public:
  explicit command_line(const app& app)
      : services_{app.services}, make_workload_{app.workload},
        root_{"Runs and operates clusters of nodes.", app.name} {
    root_.set_version_flag("--version", version_text());
    root_.require_subcommand(0, 1);
    for (const auto& x : app.commands)
      own_.emplace_back(root_, x).command()->allow_extras();
    // What is left over is refused by `check_all_known`, with a suggestion.
    for (auto* x : {&root_, node_, up_, down_, shell_, sim_, chaos_, version_})
      x->allow_extras();
  }

  /// Reads the arguments, does what they say, and returns the exit code.
  int run(int argc, char** argv) {
    try {
      root_.parse(argc, argv);
    } catch (const CLI::ParseError& x) {
      return root_.exit(x) == EXIT_SUCCESS ? EXIT_SUCCESS : exit_misuse;
    }
    if (auto trouble = check_all_known())
      return complain(trouble);
    return dispatch();
  }

private:
  int dispatch() {
    if (node_->parsed())
      return run_node_command();
    if (up_->parsed())
      return run_up_command();
    if (down_->parsed())
      return run_down_command();
    if (shell_->parsed())
      return run_shell_command();
    if (sim_->parsed())
      return run_sim_command();
    if (chaos_->parsed())
      return run_chaos_command();
    for (const auto& x : own_)
      if (x.given())
        return run_own_command(x);
    if (version_->parsed()) {
      std::cout << version_text() << '\n';
      return EXIT_SUCCESS;
    }
    std::cerr << root_.help();
    return exit_misuse;
  }

  int run_node_command() {
    if (node_command_.wants_keys()) {
      print_keys(std::cout);
      return EXIT_SUCCESS;
    }
    const auto config = node_command_.config(process_environment());
    if (!config)
      return complain(config.error());
    return run_node(*config, services_);
  }

  int run_up_command() {
    const auto request = up_command_.request();
    if (!request)
      return complain(request.error());
    const auto program = own_program();
    if (!program)
      return complain(program.error());
    return finish(up(*request, *program, std::cout));
  }

  int run_down_command() {
    const auto directory = down_command_.directory();
    return directory ? finish(down(*directory, std::cout)) : complain(directory.error());
  }

  int run_shell_command() {
    const auto options = shell_command_.options();
    return options ? run_shell(*options) : complain(options.error());
  }

  int run_sim_command() {
    const auto simulator = wanted_simulator();
    const auto options = sim_command_.options(simulator.fault_kinds);
    if (!options)
      return complain(options.error());
    const auto code
      = lab::run_sim(root_.get_name(), simulator, *options, std::cout, std::cerr);
    return code ? *code : complain(code.error());
  }

  [[nodiscard]] lab::simulator wanted_simulator() const {
    return sim_command_.cores_only()
             ? lab::make_cores_simulator()
             : lab::make_nodes_simulator({services_, make_workload_});
  }

  int run_chaos_command() {
    auto request = chaos_command_.request();
    if (!request)
      return complain(request.error());
    auto program = own_program();
    if (!program)
      return complain(program.error());
    request->program = std::move(*program);
    request->make_workload = make_workload_;
    const auto verdict = lab::run_chaos(*request, std::cout);
    if (verdict)
      return static_cast<int>(*verdict);
    complain(verdict.error());
    return exit_misuse; // 1 says that the cluster is wrong, not that we could not look.
  }

  int run_own_command(const app_command_line& command) {
    const auto code = command.run();
    return code ? *code : complain(code.error());
  }

  int finish(const error& trouble) { return trouble ? complain(trouble) : EXIT_SUCCESS; }

  int complain(const error& trouble) {
    std::cerr << root_.get_name() << ": " << render(trouble) << '\n';
    const auto misuse = trouble == ec::invalid_argument || trouble == ec::invalid_config;
    return misuse ? exit_misuse : EXIT_FAILURE;
  }

  /// None, or what the first unknown argument may have been meant to be.
  error check_all_known() {
    const auto& command = used();
    const auto unknown = root_.remaining(true);
    if (unknown.empty())
      return {};
    auto words = std::vector<std::string>{};
    for (const auto* x : command.get_options())
      for (const auto& name : x->get_lnames())
        words.push_back("--" + name);
    for (const auto* x : command.get_subcommands({}))
      words.push_back(x->get_name());
    const auto wrong = unknown.front().substr(0, unknown.front().find('='));
    const auto guess = nearest(wrong, words);
    auto path = std::string{};
    for (const auto* x = &command; x != &root_; x = x->get_parent())
      path.insert(0, x->get_name() + " ");
    return fail(
      ec::invalid_argument, "unknown argument '" + wrong + "'"
                              + (guess.empty() ? "" : "; did you mean " + guess + "?")
                              + " See '" + root_.get_name() + " " + path + "--help'.");
  }

  /// The innermost sub-command that was given, or the program itself.
  const CLI::App& used() {
    const auto* result = &root_;
    for (auto given = root_.get_subcommands(); !given.empty();
         given = result->get_subcommands())
      result = given.front();
    return *result;
  }

  [[nodiscard]] std::string version_text() const {
    return root_.get_name() + " " TROUPE_VERSION;
  }

  service_maker services_;
  lab::workload_maker make_workload_;
  CLI::App root_;
  CLI::App* node_ = root_.add_subcommand("node", "run a node until it leaves");
  CLI::App* up_ = root_.add_subcommand("up", "start a cluster on this machine");
  CLI::App* down_ = root_.add_subcommand("down", "end a cluster on this machine");
  CLI::App* shell_ = root_.add_subcommand("shell", "operate a cluster from a prompt");
  CLI::App* sim_
    = root_.add_subcommand("sim", "run a cluster in virtual time, with faults");
  CLI::App* chaos_
    = root_.add_subcommand("chaos", "break a cluster of processes, and judge it");
  CLI::App* version_ = root_.add_subcommand("version", "print the version");
  node_command node_command_{*node_};
  up_command up_command_{*up_};
  down_command down_command_{*down_};
  shell_command shell_command_{*shell_};
  lab::sim_command sim_command_{*sim_};
  lab::chaos_command chaos_command_{*chaos_};
  std::vector<app_command_line> own_;
};

} // namespace

int run(int argc, char** argv, const app& app) {
  return command_line{app}.run(argc, argv);
}

} // namespace troupe::apps
