#include "cluster/founding.hpp"

#include "actors/base/assert.hpp"
#include "actors/base/config.hpp"

#include <algorithm>
#include <utility>

namespace troupe::cluster {

using namespace std::chrono_literals;

namespace {

std::string list_text(const std::vector<founder>& x) {
  auto result = std::string{"["};
  for (const auto& each : x)
    result += (result.size() > 1 ? ", " : "") + each.name.value() + "=" + each.address;
  return result + "]";
}

} // namespace

error founding_config::validate() const {
  auto names = std::set<node_name>{};
  for (const auto& each : founders)
    if (!names.insert(each.name).second)
      return fail(
        ec::invalid_config, "cluster.founders names '" + each.name.value()
                              + "' twice; each founder has a name of its own");
  if (settings.size() > charter_settings_bytes_max)
    return fail(
      ec::invalid_config, "the settings of the cluster take "
                            + std::to_string(settings.size()) + " bytes, at most "
                            + std::to_string(charter_settings_bytes_max)
                            + " are allowed");
  return check_range("cluster.retry_interval", retry_interval, 1ms, 1min);
}

founding::founding(
  founding_config config, node_id self, node_name name, std::optional<charter> stored,
  random_source random)
    : config_{std::move(config)}, self_{self}, name_{std::move(name)}, random_{random},
      agreed_{std::move(stored)} {
  if (in_list(name_))
    founders_.emplace(name_, self_);
}

bool founding::in_list(const node_name& x) const {
  return std::any_of(
    config_.founders.begin(), config_.founders.end(),
    [&](const auto& each) { return each.name == x; });
}

founding_message founding::introduction() const {
  return {name_, in_list(name_) ? config_.founders : std::vector<founder>{}, agreed_};
}

founding::output founding::start() {
  auto out = output{};
  if (agreed_) {
    out.done = agreed_;
    return out;
  }
  draw_if_due(out);
  return storing_ ? out : tick();
}

founding::output founding::met(node_id peer, const std::string& dialled) {
  auto out = output{};
  if (!dialled.empty())
    reached_.insert_or_assign(dialled, peer);
  peers_.insert(peer);
  speaking_.insert(peer);
  // Who stores a charter must not be counted among those who have none.
  if (!agreed_ && !storing_)
    out.sends.push_back({peer, introduction()});
  return out;
}

founding::output founding::heard(node_id peer, const founding_message& message) {
  auto out = output{};
  peers_.insert(peer);
  speaking_.insert(peer);
  if (agreed_) {
    if (!message.agreed)
      out.sends.push_back({peer, introduction()});
  } else if (message.agreed && !storing_) {
    storing_ = message.agreed;
    out.store = storing_;
  } else if (!message.agreed) {
    note_founder(out, peer, message);
    draw_if_due(out);
  }
  return out;
}

void founding::note_founder(output& out, node_id peer, const founding_message& message) {
  if (message.founders.empty() || config_.founders.empty())
    return;
  if (message.name == name_) {
    // It must not take this node's place in a charter that this node draws.
    if (complained_.insert(peer).second)
      out.complaints.push_back(fail(
        ec::already_exists, "another founder is called " + name_.value()
                              + ", too; give each founder a name of its own"));
  } else if (message.founders == config_.founders) {
    if (in_list(message.name))
      founders_.insert_or_assign(message.name, peer);
  } else if (complained_.insert(peer).second) {
    out.complaints.push_back(fail(
      ec::invalid_config,
      "cluster.founders differs: here " + list_text(config_.founders) + ", on "
        + message.name.value() + " " + list_text(message.founders)
        + "; write the same list, in the same order, on all founders"));
  }
}

void founding::draw_if_due(output& out) {
  auto first = !config_.founders.empty() && config_.founders.front().name == name_;
  if (!first || agreed_ || storing_ || founders_.size() < config_.founders.size())
    return;
  auto drawn = charter{cluster_id{random_.draw_uuid()}, {}, config_.settings};
  for (const auto& each : config_.founders)
    drawn.founders.push_back(founders_.at(each.name));
  storing_ = drawn;
  out.store = std::move(drawn);
}

founding::output founding::stored() {
  TROUPE_ASSERT(storing_.has_value());
  auto out = output{};
  agreed_ = std::exchange(storing_, std::nullopt);
  for (auto peer : peers_)
    out.sends.push_back({peer, introduction()});
  out.done = agreed_;
  return out;
}

founding::output founding::tick() {
  auto out = output{};
  if (agreed_ || storing_)
    return out;
  for (auto peer : peers_)
    out.sends.push_back({peer, introduction()});
  for (const auto& each : config_.founders)
    if (each.name != name_ && !reaches(each.address))
      out.dials.push_back(each.address);
  for (const auto& seed : config_.seeds)
    if (!reaches(seed))
      out.dials.push_back(seed);
  speaking_.clear();
  return out;
}

// Whoever fell silent may be gone, and another node be there now.
bool founding::reaches(const std::string& address) const {
  auto found = reached_.find(address);
  return found != reached_.end() && speaking_.contains(found->second);
}

} // namespace troupe::cluster
