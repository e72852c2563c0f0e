/// What always holds between two events of a `membership`, as a specification.
#include "actors/base/assert.hpp"
#include "cluster/membership.hpp"

#include <algorithm>

namespace troupe::cluster {

void member_table::check_invariants() const {
  auto alive = std::size_t{0};
  auto here = std::size_t{0};
  for (const auto& [id, known] : members_) {
    TROUPE_ASSERT(known.node.id == id);
    // A forgotten identity is never listed.
    TROUPE_ASSERT(known.state != member_state::forgotten && !forgotten_.contains(id));
    alive += known.state == member_state::alive ? 1U : 0U;
    if (present(known.state)) {
      ++here;
      TROUPE_ASSERT(present_names_.at(known.node.name).contains(id));
    }
  }
  TROUPE_ASSERT(alive == alive_count_ && here == present_count_);
  auto named = std::size_t{0};
  for (const auto& [name, bearers] : present_names_)
    named += bearers.size();
  TROUPE_ASSERT(named == here);
}

void membership::check_invariants() const {
  table_.check_invariants();

  // A node never believes anything bad of itself.
  auto gone = phase_ == phase::leaving || phase_ == phase::departed;
  TROUPE_ASSERT(
    self().state == (gone ? member_state::left : member_state::alive)
    || phase_ == phase::expelled);

  // The ring holds those present, each once, without this node.
  auto ring = std::set<node_id>{ring_.members().begin(), ring_.members().end()};
  TROUPE_ASSERT(ring.size() == ring_.members().size() && !ring.contains(self_));
  for (const auto& [id, known] : table_.members()) {
    TROUPE_ASSERT(ring.contains(id) == (present(known.state) && id != self_));
    // A suspicion runs for exactly those who are suspect.
    TROUPE_ASSERT(suspicions_.contains(id) == (known.state == member_state::suspect));
    // Everybody that is gone will be reclaimed.
    TROUPE_ASSERT(gone_since_.contains(id) == (!present(known.state) && id != self_));
  }
  for (const auto& [id, since] : gone_since_)
    TROUPE_ASSERT(find(id) != nullptr);
  for (const auto& id : ring)
    TROUPE_ASSERT(find(id) != nullptr);
  for (const auto& [id, open] : suspicions_)
    TROUPE_ASSERT(find(id) != nullptr);
  for (const auto& [id, since] : recently_dead_)
    TROUPE_ASSERT(find(id) != nullptr && find(id)->state == member_state::dead);

  // Nobody is probed twice at a time, and helpers are silent only if they were asked.
  auto targets = std::set<node_id>{};
  for (const auto& [seq, waiting] : probes_) {
    TROUPE_ASSERT(waiting.target != self_ && targets.insert(waiting.target).second);
    TROUPE_ASSERT(waiting.ask_helpers_at <= waiting.ends_at);
    TROUPE_ASSERT(waiting.silent_helpers.size() <= waiting.helper_count);
    TROUPE_ASSERT(waiting.helpers_asked || waiting.helper_count == 0);
  }

  TROUPE_ASSERT(health_.score() <= config_.health_score_max);
  TROUPE_ASSERT(queue_.size() <= table_.claims().size());
}

} // namespace troupe::cluster
