#include "apps/inject/injected_disk.hpp"

#include <utility>

namespace troupe::apps {

namespace {

class injected_file final : public disk_file {
public:
  injected_file(std::unique_ptr<disk_file> inner, stall_gate& gate)
      : inner_{std::move(inner)}, gate_{&gate} {}

  [[nodiscard]] error write(std::uint64_t offset, byte_view bytes) override {
    return inner_->write(offset, bytes);
  }

  [[nodiscard]] expected<std::size_t>
  read(std::uint64_t offset, std::span<std::byte> out) const override {
    return inner_->read(offset, out);
  }

  [[nodiscard]] expected<std::uint64_t> size() const override { return inner_->size(); }

  [[nodiscard]] error truncate(std::uint64_t size) override {
    return inner_->truncate(size);
  }

  [[nodiscard]] error sync() override {
    gate_->pass();
    return inner_->sync();
  }

private:
  std::unique_ptr<disk_file> inner_;
  stall_gate* gate_;
};

expected<std::unique_ptr<disk_file>>
wrapped(expected<std::unique_ptr<disk_file>> file, stall_gate& gate) {
  if (!file)
    return file;
  return {std::make_unique<injected_file>(std::move(*file), gate)};
}

} // namespace

expected<std::unique_ptr<disk_file>> injected_disk::open(const std::string& path) {
  return wrapped(inner_->open(path), *gate_);
}

expected<std::unique_ptr<disk_file>> injected_disk::create(const std::string& path) {
  return wrapped(inner_->create(path), *gate_);
}

error injected_disk::rename(const std::string& from, const std::string& to) {
  return inner_->rename(from, to);
}

error injected_disk::remove(const std::string& path) { return inner_->remove(path); }

error injected_disk::make_directory(const std::string& path) {
  return inner_->make_directory(path);
}

expected<std::vector<std::string>> injected_disk::list(const std::string& path) {
  return inner_->list(path);
}

error injected_disk::sync_directory(const std::string& path) {
  gate_->pass();
  return inner_->sync_directory(path);
}

} // namespace troupe::apps
