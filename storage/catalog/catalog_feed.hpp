/// Tells a node's registry what the node's replica of the catalog has applied.
///
/// Every replica tells its own registry, master or not: the changes travel on by gossip,
/// ordered by (epoch, LSN), and whichever comes first is believed, for the log is the
/// same everywhere. One message is under way at a time; what is applied meanwhile goes
/// with the next one, the last value of each key only. When the registry lacks what came
/// before, it gets the whole state instead.
///
/// The feed keeps the catalog's entries in memory: the catalog is small by its limits,
/// and a scan of the store beside the applies would be as of no known position.
///
/// An entry that was read from the store says of its epoch only that it is not later than
/// the one told, for rows carry their LSN alone; its LSN is exact.
///
/// Pure: the caller supplies applied batches, answers and time, and performs the output.
/// Not thread-safe. Cost: a change O(log entries), a message O(entries).
/// Source: docs/decisions/0003.
#pragma once

#include "actors/base/error.hpp"
#include "actors/base/time.hpp"
#include "registry/catalog_news.hpp"
#include "storage/store.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace troupe::storage {

struct catalog_feed_config {
  /// Wait after the registry took nothing, doubled with each further time, up to the
  /// largest. Within one process it fails only when a limit of the registry is reached.
  std::chrono::milliseconds retry_min{200};
  std::chrono::milliseconds retry_max{30'000};
};

class catalog_feed {
public:
  /// At most one of the two is to be told to the registry, and answered with `told` or
  /// `refused`.
  struct output {
    std::optional<registry::catalog_delta> changes;
    std::optional<registry::catalog_state> state;
    time_point wake_at = time_point::max(); ///< Call `tick` then.
  };

  /// @param applied where the store is.
  /// @param rows the store; it is read here and never again.
  /// @pre nothing is applied before this returns.
  catalog_feed(
    position applied, const row_view& rows, const catalog_feed_config& config = {});

  /// Tells the state.
  [[nodiscard]] output start(time_point now);

  /// A batch was applied.
  /// @pre it follows the last one.
  [[nodiscard]] output applied(const apply_batch& batch, time_point now);

  /// The registry took the last message.
  [[nodiscard]] output told(time_point now);
  /// It did not.
  [[nodiscard]] output refused(const error& why, time_point now);

  [[nodiscard]] output tick(time_point now);

private:
  struct entry {
    registry::version written;
    std::string value;
  };

  void take_in(const record& x);
  [[nodiscard]] output next(time_point now);
  [[nodiscard]] registry::catalog_state whole() const;
  [[nodiscard]] registry::catalog_delta since_told() const;

  catalog_feed_config config_;
  std::map<std::string, entry, std::less<>> entries_;
  /// Keys deleted behind `told_`, unless the next message is the whole state: so at most
  /// as many as are applied while one message is under way.
  std::map<std::string, registry::version, std::less<>> deleted_;
  registry::version at_;                     ///< Everything up to here is applied.
  registry::version changed_at_;             ///< Of the newest change.
  registry::version told_;                   ///< The registry has all up to here.
  std::optional<registry::version> telling_; ///< A message up to here is under way.
  bool state_wanted_ = true;                 ///< The next one is the whole state.
  time_point retry_at_ = time_point::min();
  std::chrono::milliseconds retry_after_{0};
};

} // namespace troupe::storage
