/// The sale as a load on a mall that is broken (`mall sim`, `mall chaos`): never
/// oversold, and no acknowledged order lost or doubled, whatever breaks.
#pragma once

#include "apps/lab/workload.hpp"
#include "apps/mall/inventory_calls.hpp"
#include "apps/mall/sale_book.hpp"
#include "apps/mall/sale_floor.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::mall {

struct sale_simulation_config {
  std::uint32_t item_count = 4;
  std::uint32_t buyer_count = 6;
  std::uint64_t scarce_count = 40;      ///< Pieces of every other item.
  std::uint64_t plenty_count = 100'000; ///< Of the rest.
  duration retry_max = std::chrono::milliseconds{200};
  /// Up to so long after a call has failed, what it asked for may still be done: the
  /// inventory goes on trying when its caller has given up.
  duration late_max = std::chrono::seconds{15};
};

class sale_simulation final : public lab::workload, private inventory_calls {
public:
  /// @pre `on` outlives it.
  explicit sale_simulation(lab::stage& on, sale_simulation_config config = {});

  void start() override;
  void stop() override { stopped_ = true; }
  [[nodiscard]] bool idle() const override;
  void check() override;
  [[nodiscard]] bool checked() const override { return checked_; }
  [[nodiscard]] std::vector<std::string> violations() const override;
  [[nodiscard]] std::uint64_t acked_count() const override;

private:
  void call(
    const char* method, std::string json,
    std::function<void(expected<std::string>)> done) override;

  [[nodiscard]] time_point now() const { return time_point{on_->now()}; }
  void put_on_sale(const std::string& item);
  void open_doors();
  void serve();
  void serve_later();

  [[nodiscard]] std::string books() const;
  void read_next();
  void read_stock(const std::string& item);
  void read_order(std::size_t attempt);
  /// What was to be read is read, or must be asked for again.
  void was_read(bool answered, const std::function<void()>& again);

  lab::stage* on_;
  sale_simulation_config config_;
  random_source random_;
  std::map<std::string, std::uint64_t> stocked_;
  std::size_t stocking_count_ = 0; ///< Items that are not on sale yet.
  std::optional<sale_floor> floor_;
  journal book_;
  findings found_;
  std::vector<std::function<void()>> to_read_;
  std::size_t under_way_ = 0;
  duration last_failure_ = -std::chrono::hours{1};
  bool serving_ = false;
  bool stopped_ = false;
  bool checked_ = false;
};

} // namespace troupe::mall
