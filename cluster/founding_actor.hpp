/// Runs the node's `founding`: meets founders or seeds, makes the charter durable, tells
/// the links, and tells newcomers the charter for as long as the node lives.
///
/// Blocks on the disk once, when the charter is stored: spawn it detached where threads
/// are real.
#pragma once

#include "actors/base/disk.hpp"
#include "actors/behavior.hpp"
#include "cluster/founding.hpp"
#include "cluster/links_actor.hpp"
#include "cluster/messages.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace troupe::cluster {

/// The name under which peers address it.
inline constexpr auto founding_name = "founding";

using founding_actor = caf::typed_actor<
  // From a peer's founding.
  caf::reacts_to<peer_identity, founding_message>,
  // From the links.
  caf::reacts_to<link_news>,
  // The charter, once it is durable here; waits for it.
  caf::replies_to<atom::await_charter>::with<charter>,
  // Private: the actor's own timer.
  caf::reacts_to<caf::tick_atom>>;

class founding_state {
public:
  static inline constexpr const char* name = "founding";
  using pointer = founding_actor::stateful_pointer<founding_state>;

  explicit founding_state(pointer self) : self_{self} {}

  void start(
    const actors::actor_context* context, disk* disk, links_actor links, founding core,
    duration period);

  void on(const peer_identity& from, const founding_message& x);
  void on(const link_news& x);
  caf::result<charter> await_charter();
  void tick();

private:
  void begin_founding();
  void perform(founding::output out);
  void store(const charter& x);
  void dial(const std::string& address);

  pointer self_;
  const actors::actor_context* context_ = nullptr;
  disk* disk_ = nullptr;
  links_actor links_;
  std::optional<founding> core_;
  duration period_{};
  bool begun_ = false;
  std::set<std::string> dialling_;
  std::vector<caf::typed_response_promise<charter>> waiting_;
};

/// Spawn function. Founds when it is first asked for the charter. Ends with ec::system
/// when the charter cannot be stored.
/// @pre `context` and `disk` outlive the actor.
founding_actor::behavior_type make_founding(
  founding_actor::stateful_pointer<founding_state> self,
  const actors::actor_context* context, disk* disk, links_actor links, founding core,
  duration period);

} // namespace troupe::cluster
