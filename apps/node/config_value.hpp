/// Settings as text, to and from the types of the config structs.
///
/// The text is the same in the file (there quoted where TOML wants it), in an environment
/// variable and behind a flag: `250 ms`, `4 MiB`, `127.0.0.1:7400`; lists are separated
/// by commas. What is printed reads back.
///
/// `read_value` leaves `result` alone when it fails: with ec::invalid_config, or
/// ec::invalid_argument of a part's own reader, quoting the text and the expected form.
#pragma once

#include "actors/address.hpp"
#include "actors/base/error.hpp"
#include "actors/base/ids.hpp"
#include "actors/base/log.hpp"
#include "apps/node/node_config.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::apps {

[[nodiscard]] error read_value(std::string_view text, std::string& result);
[[nodiscard]] error read_value(std::string_view text, node_name& result);
[[nodiscard]] error read_value(std::string_view text, actors::address& result);
[[nodiscard]] error read_value(std::string_view text, bool& result);
[[nodiscard]] error read_value(std::string_view text, double& result);
[[nodiscard]] error read_value(std::string_view text, std::chrono::milliseconds& result);
[[nodiscard]] error read_value(std::string_view text, byte_size& result);
[[nodiscard]] error read_value(std::string_view text, log_level& result);
[[nodiscard]] error read_value(std::string_view text, log_format& result);
[[nodiscard]] error read_value(std::string_view text, membership_preset& result);
[[nodiscard]] error read_value(std::string_view text, router::cluster_mode& result);
[[nodiscard]] error read_value(std::string_view text, storage::ack_mode& result);
[[nodiscard]] error read_value(std::string_view text, storage::read_level& result);
[[nodiscard]] error read_value(std::string_view text, router::redirect_mode& result);
[[nodiscard]] error read_value(std::string_view text, founder& result);
[[nodiscard]] error read_value(std::string_view text, std::vector<founder>& result);
[[nodiscard]] error
read_value(std::string_view text, std::vector<actors::address>& result);

/// A whole number from 0 to `max`.
[[nodiscard]] expected<std::uint64_t>
read_number(std::string_view text, std::uint64_t max);

template <std::unsigned_integral T>
[[nodiscard]] error read_value(std::string_view text, T& result) {
  auto number = read_number(text, std::numeric_limits<T>::max());
  if (!number)
    return number.error();
  result = static_cast<T>(*number);
  return {};
}

[[nodiscard]] std::string print_value(const std::string& x);
[[nodiscard]] std::string print_value(const node_name& x);
[[nodiscard]] std::string print_value(const actors::address& x);
[[nodiscard]] std::string print_value(bool x);
[[nodiscard]] std::string print_value(double x);
[[nodiscard]] std::string print_value(std::chrono::milliseconds x);
[[nodiscard]] std::string print_value(byte_size x);
[[nodiscard]] std::string print_value(log_level x);
[[nodiscard]] std::string print_value(log_format x);
[[nodiscard]] std::string print_value(membership_preset x);
[[nodiscard]] std::string print_value(router::cluster_mode x);
[[nodiscard]] std::string print_value(storage::ack_mode x);
[[nodiscard]] std::string print_value(storage::read_level x);
[[nodiscard]] std::string print_value(router::redirect_mode x);
[[nodiscard]] std::string print_value(const founder& x);
[[nodiscard]] std::string print_value(const std::vector<founder>& xs);
[[nodiscard]] std::string print_value(const std::vector<actors::address>& xs);

[[nodiscard]] std::string print_value(std::unsigned_integral auto x) {
  return std::to_string(x);
}

} // namespace troupe::apps
