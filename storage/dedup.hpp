/// Remembers what was answered, so that a request is executed at most once.
///
/// Part of the applied state: every replica folds the same records into the same table,
/// so a new master knows the replies of the old. A client is a connection of one
/// incarnation of one node; its row goes when the connection is closed or the node lives
/// again, and a late request of it is then refused for ever, never executed.
///
/// Cost: O(log clients) for each record; a closing is O(rows of the node).
#pragma once

#include "storage/record.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace troupe::storage {

struct dedup_limits {
  /// Clients remembered; new ones are told Busy beyond. Each costs some 200 bytes.
  std::size_t client_count_max = 100'000;

  /// Replies kept for a client that does not say which it has received.
  std::size_t reply_count_max = 1'024;
};

/// What is remembered of a client.
struct client_row {
  std::uint64_t answered_below = 0;
  std::map<std::uint64_t, std::string> replies; ///< Of requests from `answered_below` on.

  friend bool operator==(const client_row&, const client_row&) = default;
};

/// Which connections of a node are closed.
struct node_row {
  troupe::incarnation incarnation; ///< All earlier incarnations are over.
  std::uint64_t closed_below = 0;  ///< All below are closed, but for those in `open`.
  std::set<std::uint64_t> open;

  [[nodiscard]] bool is_closed(const client_id& client) const;
  friend bool operator==(const node_row&, const node_row&) = default;
};

/// Rows that applying has changed: what goes into the store with the effects.
struct dedup_changes {
  std::map<client_id, std::optional<client_row>> clients; ///< None: the row is gone.
  std::map<node_id, node_row> nodes;
};

class dedup_table {
public:
  enum class verdict {
    fresh,    ///< Never seen: execute it.
    stored,   ///< Executed: here is its reply.
    answered, ///< The client has said that it has the reply: a late duplicate.
    expired,  ///< The connection is closed.
    full,     ///< No room for the client, or for another reply of it.
  };
  struct answer {
    verdict what;
    std::string reply;
  };

  [[nodiscard]] answer
  look_up(const request_id& request, const dedup_limits& limits) const;

  /// Folds one record in, and notes in `changes` what became of the rows.
  void apply(const record& x, dedup_changes& changes);

  /// Takes over stored rows.
  void restore(const client_id& client, client_row row) {
    clients_[client] = std::move(row);
  }
  void restore(const node_id& node, node_row row) { nodes_[node] = std::move(row); }

  [[nodiscard]] std::size_t client_count() const { return clients_.size(); }
  friend bool operator==(const dedup_table&, const dedup_table&) = default;

private:
  void apply_write(const write_record& x, dedup_changes& changes);
  void apply_trim(const dedup_trim_record& x, dedup_changes& changes);
  node_row& enter_incarnation(
    const node_id& node, troupe::incarnation incarnation, dedup_changes& changes);

  std::map<client_id, client_row> clients_;
  std::map<node_id, node_row> nodes_;
};

} // namespace troupe::storage
