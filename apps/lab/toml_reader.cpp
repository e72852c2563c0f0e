#include "apps/lab/toml_reader.hpp"

#include "actors/base/config.hpp"
#include "apps/node/nearest.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <toml++/toml.h>

namespace troupe::lab {

namespace {

std::string place(const std::string& path, const toml::source_region& where) {
  return path + ":" + std::to_string(where.begin.line);
}

std::string joined(const std::vector<std::string>& words) {
  auto result = std::string{};
  for (const auto& x : words)
    result += (result.empty() ? "" : ", ") + x;
  return result;
}

std::string unknown(
  const std::string& sort, const std::string& value,
  const std::vector<std::string>& words) {
  const auto guess = apps::nearest(value, words);
  return "unknown " + sort + " '" + value + "'"
         + (guess.empty() ? "." : "; did you mean " + guess + "?")
         + " Known: " + joined(words);
}

} // namespace

bool toml_table::has(std::string_view key) const { return what_->contains(key); }

std::size_t toml_table::line_of(std::string_view key) const {
  const auto* node = what_->get(key);
  return node == nullptr ? 0 : node->source().begin.line;
}

error toml_table::allow(std::initializer_list<std::string_view> keys) const {
  for (const auto& [name, node] : *what_)
    if (std::ranges::find(keys, name.str()) == keys.end())
      return fail(
        ec::invalid_config,
        place(*path_, name.source()) + ": "
          + unknown("key", std::string{name.str()}, {keys.begin(), keys.end()}));
  return {};
}

error toml_table::need(std::string_view key) const {
  return has(key) ? error{} : wrong(key, "is missing");
}

error toml_table::check(
  std::string_view key, bool good, const std::string& sentence) const {
  return good ? error{} : wrong(key, sentence);
}

error toml_table::text(std::string_view key, std::string& result) const {
  const auto* node = what_->get(key);
  if (node == nullptr)
    return {};
  const auto value = node->value_exact<std::string>();
  if (!value)
    return wrong(key, "must be a text in quotes");
  result = *value;
  return {};
}

error toml_table::texts(std::string_view key, std::vector<std::string>& result) const {
  const auto* node = what_->get(key);
  if (node == nullptr)
    return {};
  const auto* items = node->as_array();
  auto values = std::vector<std::string>{};
  for (std::size_t i = 0; items != nullptr && i < items->size(); ++i)
    if (const auto value = items->get(i)->value_exact<std::string>())
      values.push_back(*value);
  if (items == nullptr || values.size() != items->size())
    return wrong(key, R"(must be a list of texts: ["a", "b"])");
  result = std::move(values);
  return {};
}

error toml_table::times(
  std::string_view key, duration low, duration high,
  std::vector<duration>& result) const {
  auto words = std::vector<std::string>{};
  if (auto trouble = texts(key, words); trouble || !has(key))
    return trouble;
  auto values = std::vector<duration>{};
  for (const auto& word : words) {
    auto value = parse_duration(word);
    if (!value)
      return wrong(key, "is no time: " + sentence_of(value.error()));
    if (auto trouble = check_range(key, *value, low, high))
      return wrong(key, "is out of range: " + sentence_of(trouble));
    values.push_back(*value);
  }
  result = std::move(values);
  return {};
}

error toml_table::time(
  std::string_view key, duration low, duration high, duration& result) const {
  auto word = std::string{};
  if (auto trouble = text(key, word); trouble || !has(key))
    return trouble;
  auto value = parse_duration(word);
  if (!value)
    return wrong(key, "is no time: " + sentence_of(value.error()));
  if (auto trouble = check_range(key, *value, low, high))
    return wrong(key, "is out of range: " + sentence_of(trouble));
  result = *value;
  return {};
}

error toml_table::known(
  std::string_view key, const std::string& value, const std::vector<std::string>& words,
  const std::string& sort) const {
  if (std::ranges::find(words, value) != words.end())
    return {};
  return wrong(key, "names an " + unknown(sort, value, words));
}

error toml_table::all_known(
  std::string_view key, const std::vector<std::string>& values,
  const std::vector<std::string>& words, const std::string& sort) const {
  for (const auto& value : values)
    if (auto trouble = known(key, value, words, sort))
      return trouble;
  return {};
}

error toml_table::each(
  std::string_view key, const std::function<error(const toml_table&)>& take) const {
  const auto* node = what_->get(key);
  if (node == nullptr)
    return {};
  if (const auto* one = node->as_table())
    return take({*one, *path_});
  const auto* items = node->as_array();
  if (items == nullptr)
    return wrong(key, "must be a table: [" + std::string{key} + "]");
  for (const auto& item : *items) {
    const auto* one = item.as_table();
    if (one == nullptr)
      return wrong(key, "must be tables: [[" + std::string{key} + "]]");
    if (auto trouble = take({*one, *path_}))
      return trouble;
  }
  return {};
}

error toml_table::whole_number(
  std::string_view key, std::uint64_t low, std::uint64_t high,
  std::uint64_t& result) const {
  const auto* node = what_->get(key);
  if (node == nullptr)
    return {};
  const auto value = node->value_exact<std::int64_t>();
  if (
    !value || *value < 0 || static_cast<std::uint64_t>(*value) < low
    || static_cast<std::uint64_t>(*value) > high)
    return wrong(
      key, "must be a whole number from " + std::to_string(low) + " to "
             + std::to_string(high));
  result = static_cast<std::uint64_t>(*value);
  return {};
}

error toml_table::wrong(std::string_view key, const std::string& what) const {
  const auto* node = what_->get(key);
  const auto& where = node == nullptr ? what_->source() : node->source();
  return fail(
    ec::invalid_config, place(*path_, where) + ": " + std::string{key} + " " + what);
}

expected<toml_file> toml_file::parse(std::string_view text, const std::string& path) {
  try {
    return toml_file{std::make_shared<const toml::table>(toml::parse(text, path)), path};
  } catch (const toml::parse_error& x) {
    return fail(
      ec::invalid_config, place(path, x.source()) + ": " + std::string{x.description()});
  }
}

} // namespace troupe::lab
