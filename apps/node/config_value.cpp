#include "apps/node/config_value.hpp"

#include "actors/base/config.hpp"

#include <charconv>
#include <system_error>
#include <utility>

namespace troupe::apps {

namespace {

error unreadable(std::string_view text, const std::string& why) {
  return fail(ec::invalid_config, "'" + std::string{text} + "' " + why);
}

template <class T>
error read_choice(std::string_view text, T& result, const std::string& names) {
  return parse(text, result) ? error{} : unreadable(text, "is not one of " + names);
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(' ');
  if (from == std::string_view::npos)
    return {};
  return text.substr(from, text.find_last_not_of(' ') - from + 1);
}

template <class T>
error read_list(std::string_view text, std::vector<T>& result) {
  auto items = std::vector<T>{};
  auto more = !text.empty();
  while (more) {
    const auto comma = text.find(',');
    if (auto trouble = read_value(trimmed(text.substr(0, comma)), items.emplace_back()))
      return trouble;
    more = comma != std::string_view::npos;
    text.remove_prefix(more ? comma + 1 : text.size());
  }
  result = std::move(items);
  return {};
}

template <class T>
std::string print_list(const std::vector<T>& xs) {
  auto result = std::string{};
  for (const auto& x : xs)
    result += (result.empty() ? "" : ",") + print_value(x);
  return result;
}

/// Reads what `parser` reads.
template <class T>
error read_parsed(expected<T> parsed, T& result) {
  if (!parsed)
    return parsed.error();
  result = *parsed;
  return {};
}

} // namespace

error read_value(std::string_view text, std::string& result) {
  result = text;
  return {};
}

error read_value(std::string_view text, node_name& result) {
  result = node_name{std::string{text}};
  return {};
}

// Empty is no address, which is what an `advertise` that follows `listen` has.
error read_value(std::string_view text, actors::address& result) {
  return text.empty() ? read_parsed(expected<actors::address>{actors::address{}}, result)
                      : read_parsed(actors::parse_address(text), result);
}

error read_value(std::string_view text, bool& result) {
  if (text != "true" && text != "false")
    return fail(
      ec::invalid_config, "'" + std::string{text} + "' is neither true nor false");
  result = text == "true";
  return {};
}

error read_value(std::string_view text, double& result) {
  auto number = 0.0;
  const auto* end = text.data() + text.size();
  const auto [rest, status] = std::from_chars(text.data(), end, number);
  if (status != std::errc{} || rest != end)
    return unreadable(text, "is not a number");
  result = number;
  return {};
}

error read_value(std::string_view text, std::chrono::milliseconds& result) {
  auto parsed = parse_duration(text);
  if (!parsed)
    return parsed.error();
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(*parsed);
  if (whole != *parsed)
    return unreadable(text, "is not a whole number of ms");
  result = whole;
  return {};
}

error read_value(std::string_view text, byte_size& result) {
  return read_parsed(parse_size(text), result);
}

error read_value(std::string_view text, log_level& result) {
  return read_choice(text, result, "trace debug info warn error off");
}

error read_value(std::string_view text, log_format& result) {
  return read_choice(text, result, "text json");
}

error read_value(std::string_view text, membership_preset& result) {
  return read_choice(text, result, "lan wan test");
}

error read_value(std::string_view text, router::cluster_mode& result) {
  return read_choice(text, result, "failover failfast");
}

error read_value(std::string_view text, storage::ack_mode& result) {
  return read_choice(text, result, "async semi quorum");
}

error read_value(std::string_view text, storage::read_level& result) {
  for (auto x : {storage::read_level::lease, storage::read_level::master})
    if (text == print_value(x)) {
      result = x;
      return {};
    }
  return unreadable(text, "is not one of lease master");
}

error read_value(std::string_view text, router::redirect_mode& result) {
  return read_choice(text, result, "auto always never");
}

error read_value(std::string_view text, founder& result) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos)
    return unreadable(text, "is not a founder; write name=host:port");
  auto link = actors::parse_address(trimmed(text.substr(equals + 1)));
  if (!link)
    return link.error();
  result = {node_name{std::string{trimmed(text.substr(0, equals))}}, *link};
  return {};
}

error read_value(std::string_view text, std::vector<founder>& result) {
  return read_list(text, result);
}

// An element is always an address: here the empty text is refused.
error read_value(std::string_view text, std::vector<actors::address>& result) {
  auto items = std::vector<actors::address>{};
  if (auto trouble = read_list(text, items))
    return trouble;
  for (const auto& x : items)
    if (x.host.empty())
      return unreadable(text, "has an empty element; write host:port,host:port");
  result = std::move(items);
  return {};
}

expected<std::uint64_t> read_number(std::string_view text, std::uint64_t max) {
  auto number = std::uint64_t{};
  const auto* end = text.data() + text.size();
  const auto [rest, status] = std::from_chars(text.data(), end, number);
  if (status != std::errc{} || rest != end || number > max)
    return unreadable(text, "is not a whole number from 0 to " + std::to_string(max));
  return number;
}

std::string print_value(const std::string& x) { return x; }
std::string print_value(const node_name& x) { return x.value(); }

std::string print_value(const actors::address& x) {
  return x.host.empty() ? std::string{} : to_string(x);
}

std::string print_value(bool x) { return x ? "true" : "false"; }
std::string print_value(double x) { return to_text(x); }
std::string print_value(std::chrono::milliseconds x) { return to_text(x); }
std::string print_value(byte_size x) { return to_text(x); }
std::string print_value(log_level x) { return std::string{to_string(x)}; }

std::string print_value(log_format x) { return x == log_format::json ? "json" : "text"; }

std::string print_value(membership_preset x) { return std::string{to_string(x)}; }

std::string print_value(router::cluster_mode x) { return std::string{to_string(x)}; }

std::string print_value(storage::ack_mode x) { return to_string(x); }

std::string print_value(storage::read_level x) {
  return x == storage::read_level::master ? "master" : "lease";
}

std::string print_value(router::redirect_mode x) { return std::string{to_string(x)}; }

std::string print_value(const founder& x) {
  return x.name.value() + "=" + print_value(x.link);
}

std::string print_value(const std::vector<founder>& xs) { return print_list(xs); }

std::string print_value(const std::vector<actors::address>& xs) { return print_list(xs); }

} // namespace troupe::apps
