#include "storage/catalog/catalog.hpp"

namespace troupe::storage {

std::string to_string(catalog_status x) {
  switch (x) {
    case catalog_status::ok:
      return "ok";
    case catalog_status::conflict:
      return "conflict";
    case catalog_status::not_found:
      return "not_found";
    case catalog_status::refused:
      return "refused";
  }
  return "unknown";
}

} // namespace troupe::storage
