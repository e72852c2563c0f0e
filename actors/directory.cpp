#include "actors/directory.hpp"

#include <utility>

namespace troupe::actors {

void directory::put(std::string name, caf::strong_actor_ptr handle) {
  auto guard = std::lock_guard{mutex_};
  handles_.insert_or_assign(std::move(name), std::move(handle));
}

void directory::erase(std::string_view name) {
  auto guard = std::lock_guard{mutex_};
  if (auto found = handles_.find(name); found != handles_.end())
    handles_.erase(found);
}

void directory::clear() {
  auto guard = std::lock_guard{mutex_};
  handles_.clear();
}

caf::strong_actor_ptr directory::find(std::string_view name) const {
  auto guard = std::lock_guard{mutex_};
  auto found = handles_.find(name);
  return found == handles_.end() ? nullptr : found->second;
}

} // namespace troupe::actors
