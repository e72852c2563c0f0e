#include "apps/local/cluster_directory.hpp"

#include "actors/base/assert.hpp"
#include "actors/base/bytes.hpp"
#include "actors/base/disk.hpp"
#include "apps/node/config_file.hpp"
#include "storage/posix_disk.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <nlohmann/json.hpp>

namespace troupe::apps {

namespace {

/// An `up` holds a directory for as long as it takes to start processes, a `down` until
/// they are gone.
constexpr auto cluster_lock_patience = std::chrono::seconds{25};

constexpr auto file_bytes_max = std::size_t{1} << 20U;

std::string absolute(const std::string& path) {
  // Fails only when the working directory is gone; then every use of the path tells so.
  auto problem = std::error_code{};
  const auto whole = std::filesystem::absolute(path, problem).lexically_normal().string();
  return whole.size() > 1 && whole.ends_with('/') ? whole.substr(0, whole.size() - 1)
                                                  : whole;
}

error check_not_foreign(const std::string& path) {
  auto names = storage::posix_disk{path}.list("");
  if (!names)
    return fail(
      ec::system, "cannot use " + path + ": " + sentence_of(names.error())
                    + "; name a directory that this user may write to with --dir");
  if (std::ranges::find(*names, options_file) != names->end())
    return {};
  const auto stranger = std::ranges::find_if(*names, [](const std::string& name) {
    return name != cluster_lock_file && !name.starts_with(options_file);
  });
  if (stranger == names->end())
    return {};
  return fail(
    ec::already_exists, path + " is not a cluster's directory: it holds '" + *stranger
                          + "' and no " + options_file
                          + "; name an empty directory, or one that is not there yet, "
                            "with --dir");
}

} // namespace

expected<cluster_directory> cluster_directory::take(const std::string& path) {
  if (auto trouble = check_not_foreign(path))
    return trouble;
  auto lock = file_lock::take(path + "/" + cluster_lock_file, cluster_lock_patience);
  if (!lock)
    return fail(
      code_of(lock.error()),
      "cannot use " + path + ": " + sentence_of(lock.error())
        + (lock.error() == ec::in_use ? "; wait for that up or down to end"
                                      : "; name a directory that this user may write "
                                        "to with --dir"));
  return cluster_directory{path, std::move(*lock)};
}

expected<cluster_directory> cluster_directory::make(const std::string& path) {
  const auto whole = absolute(path);
  auto problem = std::error_code{};
  std::filesystem::create_directories(whole, problem);
  if (problem)
    return fail(
      ec::system, "cannot make " + whole + ": " + problem.message()
                    + "; name a directory that this user may write to with --dir");
  return take(whole);
}

expected<cluster_directory> cluster_directory::open(const std::string& path) {
  const auto whole = absolute(path);
  if (!has_cluster(whole))
    return fail(
      ec::not_found, "there is no cluster in " + whole
                       + "; name the directory that 'up' was given with --dir");
  return take(whole);
}

expected<std::optional<cluster_options>> cluster_directory::options() const {
  auto files = storage::posix_disk{path_};
  auto bytes = read_file(files, options_file, file_bytes_max);
  if (!bytes && bytes.error() == ec::not_found)
    return std::optional<cluster_options>{};
  if (!bytes)
    return bytes.error();
  auto parsed = parse_options(as_text(*bytes));
  if (!parsed)
    return fail(
      code_of(parsed.error()),
      path_ + "/" + options_file + " cannot be used: " + sentence_of(parsed.error()));
  return std::optional{*parsed};
}

error cluster_directory::remember(const cluster_options& options) const {
  auto text = print_options(options);
  return text ? replace(options_file, *text) : text.error();
}

error cluster_directory::prepare(
  const local_node& node, const config_settings& settings) const {
  auto files = storage::posix_disk{path_};
  if (auto trouble = files.make_directory(node.name))
    return trouble;
  return replace(
    node.name + "/troupe.toml",
    "# Written by 'up' at each start of this node.\n" + print_config(settings));
}

error cluster_directory::write_nodes(
  const std::vector<local_node>& nodes, const std::vector<pid_t>& processes) const {
  TROUPE_ASSERT(nodes.size() == processes.size());
  auto list = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < nodes.size(); ++i)
    list.push_back(
      {{"name", nodes[i].name},
       {"pid", processes[i]},
       {"link", to_string(nodes[i].link)},
       {"resp", to_string(nodes[i].resp)},
       {"http", to_string(nodes[i].http)},
       {"data_dir", nodes[i].data_dir}});
  try {
    return replace(nodes_file, list.dump(2) + "\n");
  } catch (const nlohmann::json::type_error&) {
    return fail(
      ec::invalid_argument, "the path of --dir is not UTF-8; give it another name");
  }
}

error cluster_directory::replace(const std::string& name, const std::string& text) const {
  auto files = storage::posix_disk{path_};
  return replace_file(files, name, as_bytes(text));
}

bool has_cluster(const std::string& path) {
  auto problem = std::error_code{};
  return std::filesystem::exists(path + "/" + options_file, problem);
}

} // namespace troupe::apps
