#include "cluster/identity_store.hpp"

#include "cluster/founding_wire.hpp"

#include <array>
#include <utility>

namespace troupe::cluster {

namespace {

constexpr auto node_path = "NODE";
constexpr auto charter_path = "CHARTER";

// Both are a few hundred bytes; more is not ours.
constexpr std::uint64_t file_bytes_max = 64U << 10;

error damaged(const std::string& path) {
  return fail(
    ec::corrupt,
    "the file " + path
      + " is damaged; restore it, or start with an empty data directory as a "
        "new node");
}

// `[u32 crc32c LE][body]`, written aside and renamed, so that a crash leaves the old or
// the new content.
error replace_file(disk& disk, const std::string& path, std::string_view body) {
  auto bytes = byte_buffer(4);
  store_u32(bytes.data(), crc32c(as_bytes(body)));
  append(bytes, as_bytes(body));
  auto aside = path + ".new";
  auto file = disk.create(aside);
  if (!file)
    return std::move(file.error());
  if (auto why = (*file)->write(0, bytes))
    return why;
  if (auto why = (*file)->sync())
    return why;
  if (auto why = disk.rename(aside, path))
    return why;
  return disk.sync_directory("");
}

expected<std::string> read_file(disk& disk, const std::string& path) {
  auto file = disk.open(path);
  if (!file)
    return std::move(file.error());
  auto size = (*file)->size();
  if (!size)
    return std::move(size.error());
  if (*size < 4 || *size > file_bytes_max)
    return damaged(path);
  auto bytes = byte_buffer(*size);
  auto count = (*file)->read(0, bytes);
  if (!count)
    return std::move(count.error());
  auto body = as_text(byte_view{bytes}.subspan(4));
  if (*count != *size || crc32c(as_bytes(body)) != load_u32(bytes.data()))
    return damaged(path);
  return std::string{body};
}

error judge_owner(
  const node_file& found, const node_name& name, const std::string& cluster_name) {
  if (found.cluster_name != cluster_name)
    return fail(
      ec::foreign_cluster, "the data directory belongs to cluster '" + found.cluster_name
                             + "', not '" + cluster_name
                             + "'; use another one, or correct [cluster] name");
  if (found.name != name)
    return fail(
      ec::already_exists, "the data directory belongs to node '" + found.name.value()
                            + "', not '" + name.value()
                            + "'; use another one, or correct [node] name");
  return {};
}

} // namespace

expected<std::optional<charter>> read_charter(disk& disk) {
  auto body = read_file(disk, charter_path);
  if (!body && code_of(body.error()) == ec::not_found)
    return std::optional<charter>{};
  if (!body)
    return std::move(body.error());
  auto result = decode_charter(*body);
  if (!result)
    return damaged(charter_path);
  return std::optional{std::move(*result)};
}

expected<stored_identity> begin_incarnation(
  disk& disk, const node_name& name, const std::string& cluster_name,
  random_source& random) {
  auto body = read_file(disk, node_path);
  auto is_new = !body && code_of(body.error()) == ec::not_found;
  if (!body && !is_new)
    return std::move(body.error());
  auto agreed = read_charter(disk);
  if (!agreed)
    return std::move(agreed.error());
  // A charter without a node is no crash of ours: the node file comes first.
  if (is_new && agreed->has_value())
    return damaged(node_path);
  auto node = is_new ? node_file{node_id{random.draw_uuid()}, name, {}, cluster_name}
                     : node_file{};
  if (!is_new) {
    auto found = decode_node_file(*body);
    if (!found)
      return damaged(node_path);
    if (auto why = judge_owner(*found, name, cluster_name))
      return why;
    node = std::move(*found);
  }
  node.incarnation = node.incarnation.next();
  if (auto why = replace_file(disk, node_path, encode(node)))
    return why;
  return stored_identity{node.id, node.name, node.incarnation, std::move(*agreed)};
}

error store_charter(disk& disk, const charter& x) {
  auto known = read_charter(disk);
  if (!known)
    return std::move(known.error());
  if (!*known)
    return replace_file(disk, charter_path, encode(x));
  if (**known == x)
    return {};
  return fail(
    ec::foreign_cluster, "this node is of cluster " + to_string((*known)->cluster)
                           + " for ever, and cannot join " + to_string(x.cluster));
}

} // namespace troupe::cluster
