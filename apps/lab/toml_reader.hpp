/// TOML for people who make mistakes: each thing that is wrong is named with its file and
/// line, and with what would be right.
///
/// A table's readers leave their result alone when the key is absent, and fail with
/// ec::invalid_config when its value is not of the form.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace toml { // NOLINT(readability-identifier-naming): its library names it so
inline namespace v3 {
class table;
}
} // namespace toml

namespace troupe::lab {

/// Refers to its file, which outlives it.
class toml_table {
public:
  toml_table(const toml::table& what, const std::string& path)
      : what_{&what}, path_{&path} {}

  [[nodiscard]] bool has(std::string_view key) const;

  /// Of the file; 0 when `key` is absent.
  [[nodiscard]] std::size_t line_of(std::string_view key) const;

  /// Fails when there is a key that is none of `keys`.
  [[nodiscard]] error allow(std::initializer_list<std::string_view> keys) const;

  /// Fails when `key` is absent.
  [[nodiscard]] error need(std::string_view key) const;

  /// Fails at `key` with "`key` `sentence`" unless `good`.
  [[nodiscard]] error
  check(std::string_view key, bool good, const std::string& sentence) const;

  [[nodiscard]] error text(std::string_view key, std::string& result) const;
  [[nodiscard]] error texts(std::string_view key, std::vector<std::string>& result) const;

  /// A time with its unit in quotes, "250 ms".
  [[nodiscard]] error
  time(std::string_view key, duration low, duration high, duration& result) const;
  [[nodiscard]] error times(
    std::string_view key, duration low, duration high,
    std::vector<duration>& result) const;

  template <std::unsigned_integral T>
  [[nodiscard]] error
  number(std::string_view key, std::uint64_t low, std::uint64_t high, T& result) const {
    auto value = std::uint64_t{result};
    auto trouble = whole_number(key, low, high, value);
    result = static_cast<T>(value);
    return trouble;
  }

  /// Fails unless `value`, which stands at `key`, is one of `words`, which are of `sort`.
  [[nodiscard]] error known(
    std::string_view key, const std::string& value, const std::vector<std::string>& words,
    const std::string& sort) const;
  [[nodiscard]] error all_known(
    std::string_view key, const std::vector<std::string>& values,
    const std::vector<std::string>& words, const std::string& sort) const;

  /// Calls `take` for the table, or each table of the array, under `key`.
  [[nodiscard]] error
  each(std::string_view key, const std::function<error(const toml_table&)>& take) const;

private:
  [[nodiscard]] error whole_number(
    std::string_view key, std::uint64_t low, std::uint64_t high,
    std::uint64_t& result) const;
  [[nodiscard]] error wrong(std::string_view key, const std::string& what) const;

  const toml::table* what_;
  const std::string* path_;
};

/// A parsed file.
class toml_file {
public:
  /// Fails with ec::invalid_config, naming `path` and the line.
  [[nodiscard]] static expected<toml_file>
  parse(std::string_view text, const std::string& path);

  [[nodiscard]] toml_table root() const { return {*root_, *path_}; }

private:
  toml_file(std::shared_ptr<const toml::table> root, std::string path)
      : root_{std::move(root)}, path_{std::make_shared<std::string>(std::move(path))} {}

  std::shared_ptr<const toml::table> root_;
  std::shared_ptr<const std::string> path_;
};

} // namespace troupe::lab
