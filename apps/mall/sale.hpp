/// `mall sale`: buyers who want the same things at the same time, for a while; and
/// `mall check`, which looks afterwards whether the books agree with what they were told.
#pragma once

#include "actors/address.hpp"
#include "actors/base/error.hpp"

#include <cstdint>
#include <string>

namespace troupe::mall {

struct sale_options {
  actors::address connect{"127.0.0.1", 7401}; ///< A node's link.
  std::uint32_t buyer_count = 64;
  std::uint32_t item_count = 8;

  /// Pieces of every other item, which may sell out; the rest has a thousand times more.
  std::uint64_t scarce_count = 500;

  std::uint32_t length_seconds = 20; ///< How long orders are made; at least 1.

  /// Names the items and chooses what is bought: a sale is held once per cluster and
  /// seed. 0 draws one.
  std::uint64_t seed = 0;

  /// Where what was asked for is written; empty: `mall-sale-<seed>.journal` in the
  /// directory for temporary files.
  std::string journal;
};

/// Holds a sale, prints what came of it, and lets a fresh process check it through
/// another node. Returns 0 when nothing is lost or oversold, else 1.
[[nodiscard]] expected<int> run_sale(const sale_options& options);

struct check_options {
  actors::address connect{"127.0.0.1", 7401};
  std::string journal;
};

/// Reads everything in the journal back. Returns as `run_sale`.
[[nodiscard]] expected<int> run_check(const check_options& options);

} // namespace troupe::mall
