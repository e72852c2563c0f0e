/// What buyers were told during a sale, and whether the mall's books agree with it.
///
/// The sale writes every order that it asked for into a journal, whatever became of it;
/// the check, in another process and through another node, looks each of them up. Pure.
#pragma once

#include "actors/base/error.hpp"
#include "apps/mall/stock.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::mall {

enum class attempt_result : std::uint8_t {
  acknowledged, ///< The buyer was told that it is reserved.
  refused,      ///< The buyer was told that it is sold out.
  unknown,      ///< The buyer was told nothing, or that it may have happened.
};

struct attempt {
  std::string item;
  std::string name; ///< Of the order.
  mall::order what;
  attempt_result result = attempt_result::unknown;

  friend bool operator==(const attempt&, const attempt&) = default;
};

/// What a sale put on sale and what it asked for.
struct journal {
  std::map<std::string, std::uint64_t> stocked; ///< By item.
  std::vector<attempt> attempts;                ///< Each order once.

  friend bool operator==(const journal&, const journal&) = default;
};

/// A line for each item and each attempt.
[[nodiscard]] std::string print(const journal& x);

/// Reads what `print` wrote; none when a line is anything else.
[[nodiscard]] std::optional<journal> parse_journal(std::string_view text);

/// What was read back.
struct findings {
  std::map<std::string, stock> stocks;
  /// By attempt, in the journal's order; none where there is no such order.
  std::vector<std::optional<mall::order>> orders;

  friend bool operator==(const findings&, const findings&) = default;
};

/// Calls `read` until the books are at rest: while an order without an answer can still
/// be carried out, one reading may see its stock before it and the order itself after it.
/// Orders only come, never go, so two equal readings in a row saw one state. Without such
/// orders, one reading does.
///
/// A reading that failed tells nothing (a shard may have been between two masters) and is
/// made again.
/// @returns the last reading; the last failure, or ec::busy, after `reading_count_max`
/// calls.
[[nodiscard]] expected<findings>
read_at_rest(const journal& x, const std::function<expected<findings>()>& read);

inline constexpr int reading_count_max = 10;

struct verdict {
  std::uint64_t stocked = 0;
  std::uint64_t sold = 0; ///< By the stocks' own count.
  std::uint64_t left = 0;
  std::uint64_t acknowledged = 0; ///< Orders.
  std::uint64_t unknown = 0;      ///< Orders; of them:
  std::uint64_t happened = 0;     ///< exist after all.

  std::uint64_t oversold = 0; ///< Pieces that orders have beyond what was stocked.
  std::uint64_t lost = 0;     ///< Acknowledged orders that do not exist as ordered.
  std::uint64_t ghosts = 0;   ///< Orders that exist though they were refused.
  /// Items for which sold and left do not make what was stocked, or sold is not the sum
  /// of the orders.
  std::uint64_t unbalanced = 0;

  [[nodiscard]] bool good() const {
    return oversold == 0 && lost == 0 && ghosts == 0 && unbalanced == 0;
  }
};

/// @pre as many `found.orders` as attempts.
[[nodiscard]] verdict judge(const journal& x, const findings& found);

} // namespace troupe::mall
