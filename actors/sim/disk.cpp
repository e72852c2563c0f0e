#include "actors/sim/disk.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>

namespace troupe::sim {

namespace {

using sector = std::array<std::byte, sector_bytes>;

std::string leaf_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

error not_found(const std::string& path) {
  return fail(ec::not_found, path + " does not exist on the simulated disk");
}

} // namespace

/// A file or a directory.
struct memory_disk::node {
  bool is_directory = false;

  // A file: what a reader sees, and what of it differs from the medium.
  byte_buffer data;
  std::uint64_t durable_size = 0;
  std::map<std::uint64_t, sector> unsynced; ///< Sector number to its durable contents.

  // A directory: what a reader sees, what the medium has, and the changes between.
  using entries = std::map<std::string, std::shared_ptr<node>>;
  using change = std::vector<std::pair<std::string, std::shared_ptr<node>>>;
  entries names;
  entries durable_names;
  std::vector<change> journal;

  /// Remembers the sectors of [from, to) before they change for the first time.
  void touch(std::uint64_t from, std::uint64_t to) {
    for (auto i = from / sector_bytes; i * sector_bytes < to; ++i) {
      auto old = sector{};
      auto begin = i * sector_bytes;
      if (begin < data.size())
        std::copy_n(
          data.begin() + static_cast<std::ptrdiff_t>(begin),
          std::min<std::size_t>(sector_bytes, data.size() - begin), old.begin());
      unsynced.try_emplace(i, old);
    }
  }

  void make_durable() {
    durable_size = data.size();
    unsynced.clear();
  }

  static void apply(entries& target, const change& c) {
    for (const auto& [name, what] : c) {
      if (what)
        target[name] = what;
      else
        target.erase(name);
    }
  }

  void change_names(change c) {
    apply(names, c);
    journal.push_back(std::move(c));
  }

  void lose_power(random_source& random) {
    if (is_directory)
      lose_names(random);
    else
      lose_sectors(random);
  }

private:
  void lose_names(random_source& random) {
    auto kept = journal.empty() ? 0 : random.between(0, journal.size());
    for (std::size_t i = 0; i < kept; ++i)
      apply(durable_names, journal[i]);
    names = durable_names;
    journal.clear();
    for (const auto& [name, child] : names)
      child->lose_power(random);
  }

  void lose_sectors(random_source& random) {
    auto full_size = std::max<std::uint64_t>(durable_size, data.size());
    auto size = random.chance(0.5) ? durable_size : data.size();
    if (!unsynced.empty())
      full_size = std::max(full_size, (unsynced.rbegin()->first + 1) * sector_bytes);
    data.resize(static_cast<std::size_t>(full_size));
    for (const auto& [number, old] : unsynced) {
      auto* at = data.data() + number * sector_bytes;
      auto length
        = std::min<std::uint64_t>(sector_bytes, full_size - number * sector_bytes);
      // Kept, lost, or torn: a new head before an old tail.
      auto fate = random.below(3);
      auto kept = fate == 0 ? length : fate == 1 ? 0 : random.below(length + 1);
      std::copy_n(
        old.begin() + static_cast<std::ptrdiff_t>(kept), length - kept, at + kept);
    }
    data.resize(static_cast<std::size_t>(size));
    make_durable();
  }
};

namespace {

class memory_file final : public disk_file {
public:
  memory_file(memory_disk* owner, std::shared_ptr<memory_disk::node> file)
      : owner_{owner}, file_{std::move(file)} {}

  error write(std::uint64_t offset, byte_view bytes) override {
    if (auto trouble = owner_->count_change())
      return trouble;
    auto end = offset + bytes.size();
    auto old_size = file_->data.size();
    file_->touch(std::min<std::uint64_t>(offset, old_size), end);
    if (end > old_size)
      file_->data.resize(static_cast<std::size_t>(end));
    std::copy(
      bytes.begin(), bytes.end(),
      file_->data.begin() + static_cast<std::ptrdiff_t>(offset));
    return {};
  }

  expected<std::size_t>
  read(std::uint64_t offset, std::span<std::byte> out) const override {
    const auto& data = file_->data;
    if (offset >= data.size())
      return std::size_t{0};
    auto length = std::min<std::size_t>(out.size(), data.size() - offset);
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(offset), length, out.begin());
    return length;
  }

  expected<std::uint64_t> size() const override { return file_->data.size(); }

  error truncate(std::uint64_t size) override {
    if (auto trouble = owner_->count_change())
      return trouble;
    auto old_size = file_->data.size();
    file_->touch(
      std::min<std::uint64_t>(size, old_size), std::max<std::uint64_t>(size, old_size));
    file_->data.resize(static_cast<std::size_t>(size));
    return {};
  }

  error sync() override {
    if (auto trouble = owner_->count_change())
      return trouble;
    owner_->count_sync();
    file_->make_durable();
    return {};
  }

private:
  memory_disk* owner_;
  std::shared_ptr<memory_disk::node> file_;
};

} // namespace

memory_disk::memory_disk() { wipe(); }

memory_disk::~memory_disk() = default;

void memory_disk::wipe() {
  root_ = std::make_shared<node>();
  root_->is_directory = true;
}

error memory_disk::count_change() {
  if (!changes_left_)
    return {};
  has_failed_ = *changes_left_ == 0;
  if (has_failed_)
    return fail(ec::system, "the simulated disk fails, as ordered");
  --*changes_left_;
  return {};
}

std::shared_ptr<memory_disk::node> memory_disk::find(const std::string& path) const {
  auto result = root_;
  for (std::size_t from = 0; from < path.size();) {
    auto to = std::min(path.find('/', from), path.size());
    if (!result->is_directory)
      return nullptr;
    auto i = result->names.find(path.substr(from, to - from));
    if (i == result->names.end())
      return nullptr;
    result = i->second;
    from = to + 1;
  }
  return result;
}

expected<std::unique_ptr<disk_file>> memory_disk::open(const std::string& path) {
  auto found = find(path);
  if (!found || found->is_directory)
    return not_found(path);
  return std::unique_ptr<disk_file>{std::make_unique<memory_file>(this, found)};
}

expected<std::unique_ptr<disk_file>> memory_disk::create(const std::string& path) {
  auto parent = find(parent_of(path));
  if (!parent)
    return not_found(parent_of(path));
  if (auto trouble = count_change())
    return trouble;
  auto made = std::make_shared<node>();
  parent->change_names({{leaf_of(path), made}});
  return std::unique_ptr<disk_file>{std::make_unique<memory_file>(this, made)};
}

error memory_disk::rename(const std::string& from, const std::string& to) {
  TROUPE_ASSERT(parent_of(from) == parent_of(to));
  auto what = find(from);
  if (!what)
    return not_found(from);
  if (auto trouble = count_change())
    return trouble;
  find(parent_of(from))->change_names({{leaf_of(from), nullptr}, {leaf_of(to), what}});
  return {};
}

error memory_disk::remove(const std::string& path) {
  if (auto trouble = count_change())
    return trouble;
  if (find(path))
    find(parent_of(path))->change_names({{leaf_of(path), nullptr}});
  return {};
}

error memory_disk::make_directory(const std::string& path) {
  if (find(path))
    return {};
  auto parent = find(parent_of(path));
  if (!parent)
    return not_found(parent_of(path));
  if (auto trouble = count_change())
    return trouble;
  auto made = std::make_shared<node>();
  made->is_directory = true;
  parent->change_names({{leaf_of(path), made}});
  return {};
}

expected<std::vector<std::string>> memory_disk::list(const std::string& path) {
  auto found = find(path);
  if (!found || !found->is_directory)
    return not_found(path);
  auto result = std::vector<std::string>{};
  for (const auto& [name, child] : found->names)
    result.push_back(name);
  return result;
}

error memory_disk::sync_directory(const std::string& path) {
  auto found = find(path);
  if (!found)
    return not_found(path);
  if (auto trouble = count_change())
    return trouble;
  found->durable_names = found->names;
  found->journal.clear();
  return {};
}

void memory_disk::power_loss(random_source& random) { root_->lose_power(random); }

void memory_disk::flip_bit(const std::string& path, std::uint64_t offset, unsigned bit) {
  auto found = find(path);
  TROUPE_ASSERT(found && offset < found->data.size());
  found->data[static_cast<std::size_t>(offset)] ^= static_cast<std::byte>(1U << bit);
}

} // namespace troupe::sim
