/// Founding messages and the node's own files, to bytes and back.
#pragma once

#include "actors/base/error.hpp"
#include "cluster/founding.hpp"

#include <string>
#include <string_view>

namespace troupe::cluster {

/// The content of the file NODE.
struct node_file {
  node_id id;
  node_name name;
  troupe::incarnation incarnation;
  std::string cluster_name;

  friend bool operator==(const node_file&, const node_file&) = default;
};

[[nodiscard]] std::string encode(const founding_message& x);
[[nodiscard]] std::string encode(const charter& x);
[[nodiscard]] std::string encode(const node_file& x);

/// Each fails with ec::malformed on anything that `encode` cannot have written.
[[nodiscard]] expected<founding_message> decode_founding(std::string_view bytes);
[[nodiscard]] expected<charter> decode_charter(std::string_view bytes);
[[nodiscard]] expected<node_file> decode_node_file(std::string_view bytes);

} // namespace troupe::cluster
