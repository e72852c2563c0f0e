/// What the door's commands tell of this node and of the cluster.
#pragma once

#include "router/data/messages.hpp"
#include "router/resp/door_commands.hpp"
#include "router/resp_door.hpp"
#include "router/resp_metrics.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace troupe::router {

/// What the threads of one door share. It outlives them.
struct resp_shared {
  resp_shared(const resp_door_settings& given, resp_environment below)
      : settings{given}, environment{std::move(below)}, metrics{*environment.metrics},
        started{environment.clock->now()} {}

  const resp_door_settings settings;
  const resp_environment environment;
  resp_metrics metrics;
  const time_point started;
  std::uint16_t port = 0; ///< Set before the threads start.
  std::atomic<std::size_t> client_count{0};
  std::atomic<std::uint64_t> last_client_id{0};
};

/// Keeps them for one thread; makes anew what is out of date when it is asked for.
class resp_facts {
public:
  explicit resp_facts(const resp_shared& shared);

  void snapshot_is(const data_snapshot_ptr& now);

  /// Valid until the next call.
  [[nodiscard]] door_environment at(time_point now);

private:
  void refresh(time_point now);

  const resp_shared& shared_;
  data_snapshot_ptr snapshot_;
  std::optional<cluster_view> view_; // Of the snapshot.
  door_facts facts_;
  time_point refreshed_ = time_point::min();
};

} // namespace troupe::router
