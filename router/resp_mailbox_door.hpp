/// Where actors leave word for a thread of the RESP door: answers, nodes whose link
/// broke, and that there is a newer map.
///
/// Any thread puts in and never waits; the door's thread takes out everything at once. It
/// is woken once for all that came since it last took. Replicas hold the mailbox until
/// they have answered, hence longer than the door lives: after `close` what comes is
/// dropped. Bounded by what the door has asked for.
#pragma once

#include "router/data/data_board.hpp"
#include "router/data/messages.hpp"

#include <functional>
#include <mutex>
#include <vector>

namespace troupe::router {

class resp_mailbox final : public data_sink, public data_watcher {
public:
  struct content {
    std::vector<std::vector<storage::data_answer>> answers; ///< Each of one shard.
    std::vector<node_id> lost;
    bool changed = false; ///< The board has a new snapshot.

    [[nodiscard]] bool empty() const {
      return answers.empty() && lost.empty() && !changed;
    }
    void clear();
  };

  /// `wake` makes the door's thread take, soon; it is called from any thread.
  explicit resp_mailbox(std::function<void()> wake) : wake_{std::move(wake)} {}

  void take(shard_id from, std::vector<storage::data_answer> answers) override;
  void lost(const node_id& node) override;
  void changed(const data_snapshot_ptr& now) override;

  /// Swaps what is in it for `emptied`, whose memory it goes on with.
  /// @pre `emptied` is empty.
  void take_all(content& emptied);

  /// `wake` is not called any more once this returns.
  void close();

private:
  template <class Put>
  void put(Put how);

  std::mutex mutex_; // Guards all below.
  content content_;
  std::function<void()> wake_; // Null once closed.
};

} // namespace troupe::router
