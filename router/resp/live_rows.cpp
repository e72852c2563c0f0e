#include "router/resp/live_rows.hpp"

#include <string>

namespace troupe::router {

std::optional<storage::row> live_rows::find(std::string_view key) {
  if (!changes_.empty()) {
    if (auto found = changes_.find(key); found != changes_.end())
      return found->second;
  }
  auto result = stored_->get(in_, key);
  if (result && has_expired(*result)) {
    remove(key);
    return std::nullopt;
  }
  return result;
}

void live_rows::put(std::string_view key, storage::row value) {
  auto& change = changes_[key];
  if (has_expired(value))
    change.reset();
  else
    change = std::move(value);
}

std::vector<storage::effect> live_rows::take_effects() {
  auto result = std::vector<storage::effect>{};
  result.reserve(changes_.size());
  for (auto& [key, value] : changes_)
    result.push_back({std::string{key}, std::move(value)});
  changes_.clear();
  return result;
}

} // namespace troupe::router
