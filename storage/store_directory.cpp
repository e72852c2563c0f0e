#include "storage/store_directory.hpp"

#include "storage/log/block.hpp"

#include <algorithm>
#include <string_view>

namespace troupe::storage {

namespace {

constexpr auto directory_prefix = std::string_view{"db-"};
constexpr auto first_store = "db-1";
constexpr auto note_bytes_max = std::size_t{64} << 10;

std::string in(const std::string& directory, std::string_view name) {
  return (directory.empty() ? std::string{} : directory + "/").append(name);
}

/// The text of a small file of one block; none when there is no such file.
expected<std::optional<std::string>> read_text(disk& files, const std::string& path) {
  auto block = read_file(files, path, note_bytes_max);
  if (!block) {
    if (code_of(block.error()) == ec::not_found)
      return std::optional<std::string>{};
    return std::move(block.error());
  }
  auto bytes = unseal(*block);
  if (!bytes)
    return fail(ec::corrupt, path + ": " + sentence_of(bytes.error()));
  return std::optional{std::string{as_text(*bytes)}};
}

error write_text(disk& files, const std::string& path, std::string_view text) {
  return replace_file(files, path, seal(as_bytes(text)));
}

bool is_store(std::string_view name) { return name.starts_with(directory_prefix); }

} // namespace

expected<std::optional<std::string>>
current_store(disk& files, const std::string& directory) {
  auto damage = read_text(files, in(directory, "DAMAGED"));
  if (!damage)
    return damage;
  if (*damage)
    return fail(
      ec::corrupt, directory + ": the store was found damaged: " + **damage
                     + " (DAMAGED says so; remove it to try again)");
  auto name = read_text(files, in(directory, "CURRENT_DB"));
  if (!name || !*name)
    return name;
  auto names = files.list(directory);
  if (!names)
    return std::move(names.error());
  if (!is_store(**name) || std::ranges::find(*names, **name) == names->end())
    return fail(
      ec::corrupt, directory + ": there is no " + **name + ", which CURRENT_DB names");
  return name;
}

expected<std::string> make_first_store(disk& files, const std::string& directory) {
  if (auto trouble = remove_other_stores(files, directory, {}))
    return trouble;
  if (auto trouble = files.make_directory(in(directory, first_store)))
    return trouble;
  if (auto trouble = files.sync_directory(directory))
    return trouble;
  return std::string{first_store};
}

error switch_store(disk& files, const std::string& directory, const std::string& name) {
  return write_text(files, in(directory, "CURRENT_DB"), name);
}

error remove_other_stores(
  disk& files, const std::string& directory, const std::string& current) {
  auto names = files.list(directory);
  if (!names)
    return std::move(names.error());
  for (const auto& name : *names) {
    if (!is_store(name) || name == current)
      continue;
    if (auto trouble = files.remove(in(directory, name)))
      return trouble;
  }
  return {};
}

error mark_damaged(disk& files, const std::string& directory, const std::string& why) {
  auto path = in(directory, "DAMAGED");
  auto there = read_text(files, path);
  if (!there)
    return std::move(there.error());
  if (*there)
    return {};
  return write_text(files, path, why.substr(0, note_bytes_max / 2));
}

} // namespace troupe::storage
