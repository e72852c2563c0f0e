/// The directory of a cluster on this machine (`layout.hpp`), held while it is changed.
#pragma once

#include "actors/base/error.hpp"
#include "apps/file_lock.hpp"
#include "apps/local/layout.hpp"
#include "apps/local/options.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace troupe::apps {

class cluster_directory {
public:
  /// Takes `path`, made when it is missing; waits a while for another `up` or `down`.
  /// Fails with ec::in_use when that lasts, ec::already_exists when the directory holds
  /// something else than a cluster, ec::system when the system refused.
  [[nodiscard]] static expected<cluster_directory> make(const std::string& path);

  /// Takes `path` as it is. Fails, too, with ec::not_found when no cluster is there.
  [[nodiscard]] static expected<cluster_directory> open(const std::string& path);

  /// Absolute.
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Nothing when no cluster is there yet. Fails with ec::corrupt or
  /// ec::version_mismatch, naming the file.
  [[nodiscard]] expected<std::optional<cluster_options>> options() const;

  [[nodiscard]] error remember(const cluster_options& options) const;

  /// Makes `node`'s folder and writes its troupe.toml.
  [[nodiscard]] error
  prepare(const local_node& node, const config_settings& settings) const;

  /// Rewrites nodes.json: a list of objects name, pid, link, resp, http, data_dir.
  /// @pre as many `processes` as `nodes`.
  [[nodiscard]] error write_nodes(
    const std::vector<local_node>& nodes, const std::vector<pid_t>& processes) const;

private:
  cluster_directory(std::string path, file_lock lock)
      : path_{std::move(path)}, lock_{std::move(lock)} {}

  [[nodiscard]] static expected<cluster_directory> take(const std::string& path);
  [[nodiscard]] error replace(const std::string& name, const std::string& text) const;

  std::string path_;
  file_lock lock_;
};

/// Whether a cluster is remembered in the directory `path`.
[[nodiscard]] bool has_cluster(const std::string& path);

} // namespace troupe::apps
