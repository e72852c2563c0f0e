#include "actors/transport_error.hpp"

#include "actors/base/config.hpp"

namespace troupe::actors {

error dial_error(const address& where, std::string_view reason) {
  return fail(
    ec::unreachable,
    "cannot connect to " + to_string(where) + ": " + std::string{reason});
}

error dial_refused(const address& where) {
  return dial_error(where, "connection refused; check that a node listens there");
}

error dial_unanswered(const address& where, duration deadline) {
  return dial_error(
    where, "no answer within " + to_text(deadline)
             + "; check that the machine is up and reachable");
}

error dial_unresolved(const address& where, std::string_view reason) {
  return dial_error(where, std::string{reason} + "; check the host name");
}

error listen_in_use(const address& where) {
  return fail(
    ec::in_use, "cannot listen on " + to_string(where)
                  + ": address already in use; stop the other process or choose another "
                    "port");
}

error closed_by(const std::string& peer) {
  return fail(ec::link_lost, peer + " closed the connection");
}

error broken(const std::string& peer, std::string_view reason) {
  return fail(
    ec::link_lost, "the connection to " + peer + " broke: " + std::string{reason});
}

} // namespace troupe::actors
