#include "apps/local/ports.hpp"

#include "actors/base/assert.hpp"
#include "apps/system_error.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::apps {

namespace {

sockaddr_in native(const actors::address& x) {
  auto result = sockaddr_in{};
  result.sin_family = AF_INET;
  result.sin_port = htons(x.port);
  const auto read = ::inet_pton(AF_INET, x.host.c_str(), &result.sin_addr);
  TROUPE_ASSERT(read == 1);
  return result;
}

/// 0, or the value of errno. Binds as a listener of ours does: old connections of an
/// earlier life (TIME_WAIT) are no obstacle.
int try_bind(int descriptor, const actors::address& x) {
  const auto yes = 1;
  const auto place = native(x);
  if (::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0)
    return errno;
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&place), sizeof(place)) != 0)
    return errno;
  return ::listen(descriptor, 1) == 0 ? 0 : errno;
}

} // namespace

error check_port_free(const actors::address& x) {
  const auto descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0)
    return system_error("socket", errno);
  const auto failure = try_bind(descriptor, x);
  static_cast<void>(::close(descriptor)); // It carried nothing.
  return failure == 0 ? error{} : system_error("bind " + to_string(x), failure);
}

error check_ports_free(const local_node& node) {
  const auto doors = std::array{
    std::pair{"link", node.link}, std::pair{"resp", node.resp},
    std::pair{"http", node.http}};
  for (const auto& [use, place] : doors)
    if (const auto trouble = check_port_free(place))
      return fail(
        code_of(trouble),
        node.name + " cannot have " + to_string(place) + " as its " + use
          + " port: " + sentence_of(trouble)
          + "; end what uses it, or choose other ports with --base-port for a new "
            "--dir");
  return {};
}

} // namespace troupe::apps
