#include "storage/log/hard_file.hpp"

#include "storage/log/block.hpp"

#include <optional>
#include <utility>

namespace troupe::storage {

namespace {

std::uint64_t offset_of(std::uint64_t generation) {
  return generation % 2 * hard_slot_bytes;
}

error write_slot(disk_file& file, const hard_slot& slot) {
  auto block = seal(encode(slot));
  block.resize(hard_slot_bytes);
  return file.write(offset_of(slot.generation), block);
}

} // namespace

error hard_file::create(
  disk& files, const std::string& path, const hard_state& first, lsn synced_hint) {
  auto file = files.create(path);
  if (!file)
    return std::move(file.error());
  for (auto generation : {0U, 1U}) {
    if (auto trouble = write_slot(**file, {first, synced_hint, generation}))
      return trouble;
  }
  return (*file)->sync();
}

expected<hard_file> hard_file::open(disk& files, const std::string& path) {
  auto file = files.open(path);
  if (!file)
    return std::move(file.error());
  auto newest = std::optional<hard_slot>{};
  for (auto generation : {0U, 1U}) {
    auto block = byte_buffer(hard_slot_bytes);
    auto got = (*file)->read(offset_of(generation), block);
    if (!got)
      return std::move(got.error());
    auto bytes = unseal(byte_view{block}.first(*got));
    if (!bytes)
      continue; // Torn: the other slot is the one that counts.
    auto slot = decode_hard_slot(*bytes);
    if (slot && (!newest || slot->generation > newest->generation))
      newest = *slot;
  }
  if (!newest)
    return fail(ec::corrupt, path + ": neither slot is whole");
  // What a killed process wrote is read back from the page cache, synced or not. Nobody
  // may hear of an epoch or a vote that the next power cut takes back.
  if (auto trouble = (*file)->sync())
    return trouble;
  return hard_file{std::move(*file), *newest};
}

error hard_file::save(const hard_state& state, lsn synced_hint) {
  auto next = hard_slot{state, synced_hint, newest_.generation + 1};
  if (auto trouble = write_slot(*file_, next))
    return trouble;
  if (auto trouble = file_->sync())
    return trouble;
  newest_ = next;
  return {};
}

} // namespace troupe::storage
