// Hosts and who listens on them. The rest of the class is network.cpp.
#include "actors/sim/network.hpp"
#include "actors/transport_error.hpp"

#include <utility>

namespace troupe::sim {

void network::start_host(const std::string& name) {
  hosts_[name] = machine{};
  hosts_[name].up = true;
}

bool network::is_up(const std::string& name) const {
  auto found = hosts_.find(name);
  return found != hosts_.end() && found->second.up;
}

network::output network::stop_host(const std::string& name, time_point now) {
  now_ = now;
  std::erase_if(listeners_, [&](const auto& x) { return x.first.host == name; });
  for (auto id : ends_at(name))
    close_end(id);
  hosts_[name].up = false;
  hosts_[name].held.clear();
  return flush();
}

expected<std::pair<listener_id, actors::address>>
network::listen(const std::string& name, actors::address where) {
  if (where.host != name)
    return fail(
      ec::system, "cannot listen on " + to_string(where)
                    + ": cannot assign requested address; choose an address of " + name);
  auto any = where.port == 0;
  if (any)
    where.port = 49'152; // RFC 6335: the dynamic ports.
  while (any && listeners_.contains(where)
         && where.port < std::numeric_limits<std::uint16_t>::max())
    ++where.port;
  if (listeners_.contains(where))
    return actors::listen_in_use(where);
  last_listener_ = last_listener_.next();
  listeners_.emplace(where, last_listener_);
  return std::pair{last_listener_, where};
}

void network::stop_listening(listener_id id) {
  std::erase_if(listeners_, [&](const auto& x) { return x.second == id; });
}

} // namespace troupe::sim
