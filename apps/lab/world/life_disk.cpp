#include "apps/lab/world/life_disk.hpp"

#include <algorithm>
#include <utility>

namespace troupe::lab {

namespace {

using environment_ptr = std::shared_ptr<life_disk_environment>;

error check(const environment_ptr& in) {
  return in->gate->alive ? error{} : fail(ec::system, "the process was killed");
}

duration draw_latency(life_disk_environment& in) {
  const auto& pace = *in.pace;
  if (in.random.chance(pace.hiccup_ratio))
    return in.random.between(pace.sync_max, pace.hiccup_max);
  return in.random.between(pace.sync_min, pace.sync_max);
}

/// As long as a sync takes; a stall may end early, when all is healed or the process was
/// killed. Outside of an actor no time passes, and nothing waits.
void wait(life_disk_environment& in) {
  constexpr auto look_again = duration{std::chrono::milliseconds{50}};
  auto before = in.engine->now();
  in.engine->sleep(draw_latency(in));
  while (in.gate->alive && in.engine->now() > before
         && in.pace->stalled_until > in.engine->now()) {
    before = in.engine->now();
    in.engine->sleep(std::min(look_again, in.pace->stalled_until - before));
  }
}

/// Syncs, which takes time: the disk may be done at once and its word late, or the other
/// way round. In between the process may be killed.
template <class Sync>
error sync_slowly(const environment_ptr& in, Sync sync) {
  if (auto why = check(in))
    return why;
  if (in->random.chance(0.5)) {
    auto why = sync();
    wait(*in);
    return why ? why : check(in);
  }
  wait(*in);
  auto why = check(in);
  return why ? why : sync();
}

class life_file final : public disk_file {
public:
  life_file(environment_ptr in, std::unique_ptr<disk_file> file)
      : in_{std::move(in)}, file_{std::move(file)} {}

  [[nodiscard]] error write(std::uint64_t offset, byte_view bytes) override {
    auto why = check(in_);
    return why ? why : file_->write(offset, bytes);
  }

  [[nodiscard]] expected<std::size_t>
  read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (auto why = check(in_))
      return why;
    return file_->read(offset, out);
  }

  [[nodiscard]] expected<std::uint64_t> size() const override {
    if (auto why = check(in_))
      return why;
    return file_->size();
  }

  [[nodiscard]] error truncate(std::uint64_t size) override {
    auto why = check(in_);
    return why ? why : file_->truncate(size);
  }

  [[nodiscard]] error sync() override {
    return sync_slowly(in_, [this] { return file_->sync(); });
  }

private:
  environment_ptr in_;
  std::unique_ptr<disk_file> file_;
};

} // namespace

life_disk::life_disk(life_disk_environment environment)
    : in_{std::make_shared<life_disk_environment>(std::move(environment))} {}

expected<std::unique_ptr<disk_file>> life_disk::open(const std::string& path) {
  if (auto why = check(in_))
    return why;
  auto file = in_->machine->open(path);
  if (!file)
    return file;
  return {std::make_unique<life_file>(in_, std::move(*file))};
}

expected<std::unique_ptr<disk_file>> life_disk::create(const std::string& path) {
  if (auto why = check(in_))
    return why;
  auto file = in_->machine->create(path);
  if (!file)
    return file;
  return {std::make_unique<life_file>(in_, std::move(*file))};
}

error life_disk::rename(const std::string& from, const std::string& to) {
  auto why = check(in_);
  return why ? why : in_->machine->rename(from, to);
}

error life_disk::remove(const std::string& path) {
  auto why = check(in_);
  return why ? why : in_->machine->remove(path);
}

error life_disk::make_directory(const std::string& path) {
  auto why = check(in_);
  return why ? why : in_->machine->make_directory(path);
}

expected<std::vector<std::string>> life_disk::list(const std::string& path) {
  if (auto why = check(in_))
    return why;
  return in_->machine->list(path);
}

error life_disk::sync_directory(const std::string& path) {
  return sync_slowly(in_, [&] {
    auto why = in_->machine->sync_directory(path);
    if (!why && path.empty() && in_->root_changed)
      in_->root_changed();
    return why;
  });
}

} // namespace troupe::lab
