#include "actors/reference_table.hpp"

#include <algorithm>
#include <utility>

#include <caf/actor_cast.hpp>

namespace troupe::actors {

namespace {

// Drops the entries whose actor is gone; says at which size to do so again. Doubling
// keeps the cost of sweeping constant per insertion.
template <class Key>
std::size_t
sweep_entries(std::map<Key, caf::weak_actor_ptr>& entries, std::size_t least) {
  std::erase_if(entries, [](const auto& entry) { return !entry.second.lock(); });
  return std::max(least, entries.size() * 2);
}

constexpr std::size_t sweep_size_min = 1'024;

} // namespace

void export_table::add(const caf::strong_actor_ptr& actor) {
  if (actors_.size() >= sweep_at_)
    sweep_at_ = sweep_entries(actors_, sweep_size_min);
  actors_.try_emplace(actor->id(), caf::actor_cast<caf::weak_actor_ptr>(actor));
}

caf::strong_actor_ptr export_table::find(caf::actor_id number) const {
  auto found = actors_.find(number);
  return found == actors_.end() ? nullptr : found->second.lock();
}

caf::strong_actor_ptr reference_table::get(
  caf::actor_system& system, const std::shared_ptr<remote_carrier>& carrier,
  const message_codecs& codecs, const remote_target& target) {
  if (auto found = references_.find(target); found != references_.end())
    if (auto live = found->second.lock())
      return live;
  if (references_.size() >= sweep_at_)
    sweep_at_ = sweep_entries(references_, sweep_size_min);
  auto result = make_reference(system, carrier, codecs, target);
  references_.insert_or_assign(target, caf::actor_cast<caf::weak_actor_ptr>(result));
  return result;
}

void reference_table::keep(const remote_target& target, caf::strong_actor_ptr reference) {
  watched_.insert_or_assign(target, std::move(reference));
}

void reference_table::end(const remote_target& target, const error& why) {
  auto weak = references_.extract(target);
  // It may be all that keeps the reference, whose monitors have yet to fire.
  auto kept = watched_.extract(target);
  if (!weak.empty())
    if (auto live = weak.mapped().lock())
      end_reference(live, why);
}

void reference_table::end_all(const error& why) {
  auto kept = std::exchange(watched_, {});
  for (const auto& [target, weak] : std::exchange(references_, {}))
    if (auto live = weak.lock())
      end_reference(live, why);
}

} // namespace troupe::actors
