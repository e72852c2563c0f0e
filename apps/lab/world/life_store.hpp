/// The store of a replica as one life of its process sees it: shows what was applied to
/// whoever checks it, and takes nothing more after the end.
#pragma once

#include "apps/lab/world/life_gate.hpp"
#include "storage/memory_store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace troupe::lab {

class life_store final : public storage::store {
public:
  /// Told of each batch that was applied: its last position, and the digest of all.
  using applied_hook = std::function<void(
    const life_store& which, storage::position at, std::uint64_t digest)>;

  life_store(
    std::shared_ptr<storage::memory_store> rows, life_gate_ptr gate, applied_hook applied)
      : rows_{std::move(rows)}, gate_{std::move(gate)}, applied_{std::move(applied)} {}

  [[nodiscard]] std::optional<storage::row>
  get(slot in, std::string_view key) const override {
    return rows_->get(in, key);
  }
  void
  scan(slot in, std::string_view from, const storage::row_visitor& visit) const override {
    rows_->scan(in, from, visit);
  }
  [[nodiscard]] std::unique_ptr<storage::row_view> snapshot() const override {
    return rows_->snapshot();
  }
  [[nodiscard]] expected<storage::applied_state> load() override { return rows_->load(); }

  [[nodiscard]] error apply(const storage::apply_batch& batch) override {
    if (auto why = check())
      return why;
    if (auto why = rows_->apply(batch))
      return why;
    applied_(*this, batch.last(), rows_->digest());
    return {};
  }

  [[nodiscard]] expected<storage::position> flush() override {
    if (auto why = check())
      return why;
    return rows_->flush();
  }

private:
  [[nodiscard]] error check() const {
    return gate_->alive ? error{} : fail(ec::system, "the process was killed");
  }

  std::shared_ptr<storage::memory_store> rows_;
  life_gate_ptr gate_;
  applied_hook applied_;
};

} // namespace troupe::lab
