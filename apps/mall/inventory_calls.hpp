/// What can be asked of the mall's inventory, over whatever carries a call to it.
#pragma once

#include "apps/mall/reservation_desk.hpp"
#include "apps/mall/stock.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace troupe::mall {

class inventory_calls {
public:
  inventory_calls() = default;
  inventory_calls(const inventory_calls&) = delete;
  inventory_calls& operator=(const inventory_calls&) = delete;
  virtual ~inventory_calls() = default;

  // Each calls `done` once.

  void stock(
    const std::string& item, std::optional<std::uint64_t> initial,
    std::function<void(expected<std::optional<mall::stock>>)> done);
  void reserve(
    const std::string& item, const std::string& name, const order& what,
    std::function<void(expected<reservation>)> done);
  void find_order(
    const std::string& item, const std::string& name,
    std::function<void(expected<std::optional<order>>)> done);

private:
  /// Calls `method` of the inventory with a request in JSON; tells the reply in JSON.
  virtual void call(
    const char* method, std::string json, std::function<void(expected<std::string>)> done)
    = 0;
};

} // namespace troupe::mall
