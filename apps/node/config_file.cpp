#include "apps/node/config_file.hpp"

#include "actors/base/assert.hpp"
#include "actors/base/config.hpp"
#include "apps/node/config_keys.hpp"
#include "apps/node/nearest.hpp"

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>
#include <vector>

#include <toml++/toml.h>

namespace troupe::apps {

namespace {

std::string place(const std::string& path, const toml::source_region& where) {
  return path + ":" + std::to_string(where.begin.line);
}

error wrong(const std::string& where, const std::string& what) {
  return fail(ec::invalid_config, where + ": " + what);
}

std::string unknown_section(const std::string& name) {
  auto names = std::vector<std::string>{};
  for (const auto& x : config_keys())
    names.emplace_back(x.section);
  const auto guess = nearest(name, names);
  return "unknown section [" + name + "]"
         + (guess.empty() ? "; 'node --help-keys' lists all keys" : "; did you mean [" + guess + "]?");
}

std::string form_of(key_kind x) {
  switch (x) {
    case key_kind::text:
      return "a text in quotes";
    case key_kind::time:
      return "a time in quotes, with its unit: \"250 ms\"";
    case key_kind::bytes:
      return "a size in quotes, with its unit: \"4 MiB\"";
    case key_kind::number:
      return "a whole number without quotes";
    case key_kind::truth:
      return "true or false, without quotes";
    case key_kind::ratio:
      return "a number without quotes";
    case key_kind::list:
      return "a list of texts: [\"a\", \"b\"]";
  }
  return "something else";
}

/// The elements of `node` joined by commas, or nothing when one is not a text.
std::optional<std::string> list_text(const toml::node& node) {
  const auto* items = node.as_array();
  if (items == nullptr)
    return std::nullopt;
  auto result = std::string{};
  for (const auto& item : *items) {
    if (!item.is_string())
      return std::nullopt;
    result += (result.empty() ? "" : ",") + item.as_string()->get();
  }
  return result;
}

/// The text of `node` as `read_value` takes it, or nothing when it is not of `kind`.
std::optional<std::string> text_of(const toml::node& node, key_kind kind) {
  switch (kind) {
    case key_kind::text:
    case key_kind::time:
    case key_kind::bytes:
      return node.value_exact<std::string>();
    case key_kind::number:
      if (const auto x = node.value_exact<std::int64_t>())
        return to_text(*x);
      return std::nullopt;
    case key_kind::truth:
      if (const auto x = node.value_exact<bool>())
        return *x ? "true" : "false";
      return std::nullopt;
    case key_kind::ratio:
      if (const auto x = node.value_exact<std::int64_t>())
        return to_text(*x);
      if (const auto x = node.value_exact<double>())
        return to_text(*x);
      return std::nullopt;
    case key_kind::list:
      return list_text(node);
  }
  return std::nullopt;
}

error take_section(
  const std::string& section, const toml::table& keys, const std::string& path,
  config_settings& result) {
  for (const auto& [name, node] : keys) {
    const auto full = section + "." + std::string{name.str()};
    const auto where = place(path, name.source());
    const auto* key = find_key(full);
    if (key == nullptr)
      return wrong(where, "unknown key " + full + hint_for_key(full));
    auto text = text_of(node, key->kind);
    if (!text)
      return wrong(where, full + " must be " + form_of(key->kind));
    result.put(*key, std::move(*text), where);
  }
  return {};
}

error take(const toml::table& root, const std::string& path, config_settings& result) {
  for (const auto& [name, node] : root) {
    const auto section = std::string{name.str()};
    const auto where = place(path, name.source());
    const auto* keys = node.as_table();
    if (keys == nullptr)
      return wrong(
        where, "key " + section + " is in no section" + hint_for_key("." + section));
    if (!is_section(section))
      return wrong(where, unknown_section(section));
    if (auto trouble = take_section(section, *keys, path, result))
      return trouble;
  }
  return {};
}

std::string quoted(std::string_view text) {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto result = std::string{"\""};
  for (const auto x : text) {
    const auto code = static_cast<unsigned char>(x);
    if (x == '"' || x == '\\')
      (result += '\\') += x;
    else if (code < 0x20 || code == 0x7f)
      ((result += "\\u00") += digits[code >> 4U]) += digits[code & 15U];
    else
      result += x;
  }
  return result + "\"";
}

std::string toml_value(const std::string& value, key_kind kind) {
  if (kind == key_kind::number || kind == key_kind::ratio || kind == key_kind::truth)
    return value;
  if (kind != key_kind::list)
    return quoted(value);
  auto result = std::string{};
  auto items = std::istringstream{value};
  for (auto item = std::string{}; std::getline(items, item, ',');)
    result += (result.empty() ? "" : ", ") + quoted(item);
  return "[" + result + "]";
}

error unreadable(const std::string& path, int number) {
  return fail(
    number == ENOENT ? ec::not_found : ec::system,
    "cannot read the config file " + path + ": "
      + std::error_code{number, std::generic_category()}.message());
}

} // namespace

expected<config_settings> read_config_file(const std::string& path) {
  errno = 0;
  auto file = std::ifstream{path, std::ios::binary};
  if (!file)
    return unreadable(path, errno);
  // A directory opens, and fails only when it is read.
  auto text = std::ostringstream{};
  if (file.peek() != std::ifstream::traits_type::eof())
    text << file.rdbuf();
  if (file.bad() || text.bad())
    return unreadable(path, errno);
  return parse_config(text.str(), path);
}

expected<config_settings> parse_config(std::string_view text, const std::string& path) {
  auto result = config_settings{};
  try {
    if (auto trouble = take(toml::parse(text, path), path, result))
      return trouble;
  } catch (const toml::parse_error& x) {
    return wrong(place(path, x.source()), std::string{x.description()});
  }
  return result;
}

std::string print_config(const config_settings& settings) {
  auto result = std::string{};
  auto section = std::string_view{};
  for (const auto& [full, x] : settings.all()) {
    const auto* key = find_key(full);
    TROUPE_ASSERT(key != nullptr);
    if (key->section != section)
      result += (result.empty() ? "[" : "\n[") + std::string{key->section} + "]\n";
    section = key->section;
    result += std::string{key->key} + " = " + toml_value(x.value, key->kind) + "\n";
  }
  return result;
}

} // namespace troupe::apps
