#include "registry/entries.hpp"

namespace troupe::registry {

std::string to_string(const service_name& x) {
  return x.group + "/" + x.interface_name + ":" + x.version;
}

std::string_view to_string(admin_mode x) {
  switch (x) {
    case admin_mode::ready:
      return "ready";
    case admin_mode::drain:
      return "drain";
    case admin_mode::maint:
      return "maint";
  }
  return "invalid";
}

entry_key key_of(const provider_entry& x) {
  return {entry_kind::provider, to_string(x.service), x.actor};
}

entry_key key_of(const consumer_entry& x) {
  return {entry_kind::consumer, x.interest, x.actor};
}

entry_key key_of(const admin_state_entry& x) {
  return {entry_kind::admin_state, x.target, {}};
}

} // namespace troupe::registry
