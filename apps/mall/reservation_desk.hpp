/// Takes reservations of one item, many with one write.
///
/// At a flash sale hundreds of buyers want one item at once. One at a time, each would
/// wait for the round trips of all before; so what comes while a write is under way waits
/// here and goes with the next one. The write holds only if the stock is still what was
/// read and none of its orders exists: another provider's desk for the same item may have
/// been faster, and then this one reads again.
///
/// Idempotent by order: who asks again for an order that exists gets it, and takes
/// nothing.
///
/// Pure: the caller performs the output and reports back. Not thread-safe. One batch is
/// under way at a time.
#pragma once

#include "actors/base/error.hpp"
#include "apps/mall/stock.hpp"
#include "storage/evaluator.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::mall {

enum class reservation : std::uint8_t { reserved, sold_out, not_on_sale };

/// Names a waiting buyer for the caller.
using desk_ticket = std::uint64_t;

class reservation_desk {
public:
  /// The fields are in the order in which to perform them; at most one of the first two
  /// is set.
  struct output {
    /// Read these rows as of one moment, then `rows_read` or `failed`.
    std::vector<std::string> read;
    /// Write, then `written` or `failed`.
    std::optional<storage::conditional_write> write;
    std::vector<std::pair<desk_ticket, expected<reservation>>> answers;
  };

  /// Reservations of one batch: what one record of the log may hold.
  static constexpr std::size_t batch_max = 128;

  /// Replies of the conditional write.
  static constexpr auto taken = "1";
  static constexpr auto refused = "0";

  explicit reservation_desk(std::string item) : item_{std::move(item)} {}

  /// @pre `is_name(order)`, `is_name(what.buyer)`, and the quantity is at least 1.
  [[nodiscard]] output reserve(desk_ticket from, std::string order, mall::order what);

  /// The rows asked for, in their order; none where there is none.
  [[nodiscard]] output rows_read(const std::vector<std::optional<std::string>>& rows);

  /// The write held, or another was faster.
  [[nodiscard]] output written(bool held);

  /// The read or write failed; of a write, whether it happened may be unknown. Its buyers
  /// are told, and may ask again for the same orders.
  [[nodiscard]] output failed(const error& why);

  /// Nobody waits.
  [[nodiscard]] bool idle() const { return batch_.empty() && waiting_.empty(); }

private:
  struct buyer {
    desk_ticket from = 0;
    std::string order;
    mall::order what;
    reservation result = reservation::sold_out;
  };

  void begin(output& out);
  void decide(
    const std::string& row, const stock& found, std::set<std::string> existing,
    output& out);
  void answer_all(output& out);

  std::string item_;
  std::deque<buyer> waiting_;
  std::vector<buyer> batch_;
};

} // namespace troupe::mall
