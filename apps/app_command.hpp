/// Sub-commands of an app's own, beside those of troupe: `mall sale --buyers 64`.
///
/// A command is data. Its flags name variables of the app, whose values are the defaults:
///
///     auto sale = sale_options{};
///     auto command = apps::app_command{
///       .name = "sale",
///       .about = "sell out the mall, and check the books",
///       .flags = {{"--buyers", "N", "who buy at the same time", &sale.buyer_count},
///                 {"--seconds", "N", "how long they do", &sale.length_seconds}},
///       .run = [&] { return run_sale(sale); }};
#pragma once

#include "actors/address.hpp"
#include "actors/base/config.hpp"
#include "actors/base/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::apps {

/// Where a flag's value goes. It is written as in the settings: `20 s`, `4 MiB`,
/// `127.0.0.1:7400`. A truth value becomes true when its flag is given.
using flag_target = std::variant<
  bool*, std::uint32_t*, std::uint64_t*, double*, std::string*,
  std::chrono::milliseconds*, byte_size*, actors::address*>;

struct app_flag {
  std::string name;  ///< "--buyers"; short names are not for apps.
  std::string value; ///< What help shows for the value: "N". Empty for truth values.
  std::string about; ///< A line without a full stop. Help adds the default.
  flag_target into;  ///< Outlives the call of `run`.
};

struct app_command {
  std::string name; ///< None of troupe's.
  std::string about;
  std::vector<app_flag> flags{};

  /// Does the work when all flags were read, in the main thread. Returns the exit code;
  /// an error is printed, and is 1, or 2 when the command line was wrong
  /// (ec::invalid_argument, ec::invalid_config).
  std::function<expected<int>()> run;
};

} // namespace troupe::apps
