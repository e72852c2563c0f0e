#include "apps/lab/chaos/resp_client.hpp"

#include "actors/base/assert.hpp"
#include "apps/system_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::lab {

namespace {

using clock = std::chrono::steady_clock;

sockaddr_in socket_address(const actors::address& where) {
  auto result = sockaddr_in{};
  result.sin_family = AF_INET;
  result.sin_port = htons(where.port);
  TROUPE_ASSERT(::inet_pton(AF_INET, where.host.c_str(), &result.sin_addr) == 1);
  return result;
}

error lost(const std::string& what, int number) {
  return fail(ec::link_lost, sentence_of(apps::system_error(what, number)));
}

error unreachable(const actors::address& where, int number) {
  return fail(
    ec::unreachable,
    sentence_of(apps::system_error("connect to " + to_string(where), number)));
}

std::string request_of(const std::vector<std::string>& words) {
  auto result = "*" + std::to_string(words.size()) + "\r\n";
  for (const auto& word : words)
    result += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  return result;
}

} // namespace

error resp_client::connect(const actors::address& where, duration deadline) {
  close();
  const auto until = clock::now() + deadline;
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor_ < 0)
    return unreachable(where, errno);
  const auto there = socket_address(where);
  const auto* generic = reinterpret_cast<const sockaddr*>(&there);
  auto number = ::connect(descriptor_, generic, sizeof there) == 0 ? 0 : errno;
  if (number == EINPROGRESS) {
    auto size = socklen_t{sizeof number};
    if (wait_for(POLLOUT, until))
      number = ETIMEDOUT;
    else if (::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &number, &size) != 0)
      number = errno;
  }
  const auto at_once = 1;
  if (
    number == 0
    && ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once) != 0)
    number = errno;
  if (number == 0)
    return {};
  close();
  return unreachable(where, number);
}

expected<router::resp_value>
resp_client::command(const std::vector<std::string>& words, duration deadline) {
  TROUPE_ASSERT(connected());
  const auto until = clock::now() + deadline;
  if (auto trouble = send_all(request_of(words), until)) {
    close();
    return trouble;
  }
  auto result = receive(until);
  if (!result)
    close(); // A late reply must not be taken for that of the next command.
  return result;
}

void resp_client::close() {
  if (descriptor_ >= 0)
    static_cast<void>(::close(std::exchange(descriptor_, -1)));
}

error resp_client::send_all(const std::string& bytes, moment until) {
  auto sent = std::size_t{0};
  while (sent < bytes.size()) {
    const auto count
      = ::send(descriptor_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count > 0)
      sent += static_cast<std::size_t>(count);
    else if (errno == EAGAIN) {
      if (auto trouble = wait_for(POLLOUT, until))
        return trouble;
    } else if (errno != EINTR)
      return lost("send", errno);
  }
  return {};
}

expected<router::resp_value> resp_client::receive(moment until) {
  auto bytes = std::string{};
  auto part = std::array<char, 4096>{};
  for (;;) {
    if (auto trouble = wait_for(POLLIN, until))
      return trouble;
    const auto count = ::recv(descriptor_, part.data(), part.size(), 0);
    if (count == 0)
      return fail(ec::link_lost, "the node closed the connection");
    if (count < 0 && errno != EAGAIN && errno != EINTR)
      return lost("recv", errno);
    if (count <= 0)
      continue;
    bytes.append(part.data(), static_cast<std::size_t>(count));
    if (auto reply = router::read_reply(bytes))
      return std::move(*reply);
  }
}

error resp_client::wait_for(short events, moment until) const {
  for (;;) {
    const auto left
      = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
    auto ready = pollfd{descriptor_, events, 0};
    const auto count = ::poll(&ready, 1, std::max(0, static_cast<int>(left)));
    if (count > 0)
      return {};
    if (count == 0)
      return fail(ec::deadline_exceeded, "the node did not answer in time");
    if (errno != EINTR)
      return lost("poll", errno);
  }
}

} // namespace troupe::lab
