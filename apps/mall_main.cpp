// The mall: troupe with a shop's services, and a sale to try them.
#include "apps/entry.hpp"
#include "apps/mall/inventory_wire.hpp"
#include "apps/mall/sale.hpp"
#include "apps/mall/sale_simulation.hpp"

#include <memory>

namespace {

using namespace troupe;

apps::app_command sale_command(mall::sale_options& x) {
  return {
    .name = "sale",
    .about = "sell to many buyers at once, then check the books",
    .flags = {
      {"--connect", "HOST:PORT", "a node's link address", &x.connect},
      {"--buyers", "N", "who buy at the same time", &x.buyer_count},
      {"--items", "N", "different things on sale", &x.item_count},
      {"--stock", "N", "pieces of every other item; the rest has plenty", &x.scarce_count},
      {"--seconds", "N", "how long the sale lasts", &x.length_seconds},
      {"--seed", "N", "names the items, chooses what is bought; 0 draws one", &x.seed},
      {"--journal", "FILE", "where the orders are noted", &x.journal},
    },
    .run = [&x] { return mall::run_sale(x); },
  };
}

apps::app_command check_command(mall::check_options& x) {
  return {
    .name = "check",
    .about = "read back what a sale's journal says, and compare",
    .flags = {
      {"--connect", "HOST:PORT", "a node's link address", &x.connect},
      {"--journal", "FILE", "what the sale has noted", &x.journal},
    },
    .run = [&x] { return mall::run_check(x); },
  };
}

} // namespace

int main(int argc, char** argv) {
  auto sale = mall::sale_options{};
  auto check = mall::check_options{};
  return apps::run(
    argc, argv,
    {.name = "mall",
     .services =
       [](apps::service_environment& node) {
         auto inventory
           = node.spawn(mall::make_inventory, node.data(), mall::inventory_config{});
         return std::vector{mall::make_inventory_service(inventory)};
       },
     .commands = {sale_command(sale), check_command(check)},
     .workload
     = [](lab::stage& on) { return std::make_unique<mall::sale_simulation>(on); }});
}
