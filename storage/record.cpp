#include "storage/record.hpp"

#include <array>

namespace troupe::storage {

namespace {

/// Position, request id and field tags.
constexpr auto fixed_bytes = std::size_t{64};

struct payload_bytes {
  std::size_t operator()(const write_record& x) const {
    auto result = x.reply.size();
    for (const auto& e : x.effects)
      result += 32 + e.key.size() + (e.value ? e.value->bytes.size() : 0);
    return result;
  }
  std::size_t operator()(const epoch_start_record&) const { return 0; }
  std::size_t operator()(const shard_config& x) const { return 32 * x.members.size(); }
  std::size_t operator()(const slot_own_record& x) const { return 8 * x.slots.size(); }
  std::size_t operator()(const dedup_trim_record& x) const { return 8 * x.open.size(); }
};

} // namespace

std::size_t bytes_of(const record& x) {
  return fixed_bytes + std::visit(payload_bytes{}, x.payload);
}

std::string kind_of(const record& x) {
  // In the order of record_payload.
  static constexpr auto names
    = std::array{"write", "epoch_start", "config", "slot_own", "dedup_trim"};
  return names.at(x.payload.index());
}

} // namespace troupe::storage
