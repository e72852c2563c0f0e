/// The buyers of a sale: what each wants next, what it was told, how long it waited.
///
/// Pure: the caller asks for the orders and reports the answers. A buyer has one order
/// under way; whose fate is unknown is asked for again, under the same name, until there
/// is an answer.
#pragma once

#include "actors/base/random.hpp"
#include "actors/base/time.hpp"
#include "apps/mall/reservation_desk.hpp"
#include "apps/mall/sale_book.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::mall {

struct sale_totals {
  std::uint64_t orders = 0;  ///< Acknowledged.
  std::uint64_t refused = 0; ///< Sold out.
  std::uint64_t retries = 0; ///< Answers that were errors.
  duration longest_wait{};   ///< Of a buyer, from asking for an order to its answer.
  duration longest_gap{};    ///< Without any order acknowledged.
};

class sale_floor {
public:
  struct ask {
    std::size_t buyer = 0;
    std::string item;
    std::string name;
    mall::order what;
  };

  /// @pre there is at least one item.
  sale_floor(
    std::map<std::string, std::uint64_t> stocked, std::uint32_t buyer_count,
    random_source random, time_point now);

  /// What the buyers ask for who have nothing under way. None when all is sold out.
  [[nodiscard]] std::vector<ask> next_asks(time_point now);

  /// The order of buyer `who` was answered. An error leaves it to be asked for again.
  void answered(std::size_t who, const expected<reservation>& result, time_point now);

  /// The doors are closed: orders without an answer go into the journal as unknown.
  [[nodiscard]] journal close();

  [[nodiscard]] const sale_totals& totals() const { return totals_; }
  /// Waiting times of the orders acknowledged.
  [[nodiscard]] const std::vector<duration>& waits() const { return waits_; }
  [[nodiscard]] bool sold_out() const { return on_sale_.empty(); }
  [[nodiscard]] std::size_t under_way_count() const;

private:
  struct buyer {
    std::string name;
    std::uint64_t order_count = 0;
    std::optional<attempt> wanted; // Until it is answered.
    bool asked = false;            // The question is under way.
    time_point since;
  };

  void want(buyer& x, time_point now);

  journal book_;
  std::vector<std::string> on_sale_; // Items that nobody was told are sold out.
  std::vector<buyer> buyers_;
  random_source random_;
  sale_totals totals_;
  std::vector<duration> waits_;
  time_point last_order_;
};

} // namespace troupe::mall
