/// Plain blocking sockets for tests: a peer that is not ours, and an address that
/// swallows dials.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::test {

/// A TCP socket on the loopback.
class tcp_peer {
public:
  explicit tcp_peer(int flags = 0) : fd_{::socket(AF_INET, SOCK_STREAM | flags, 0)} {
    REQUIRE(fd_ >= 0);
  }
  tcp_peer(tcp_peer&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  tcp_peer& operator=(tcp_peer&&) = delete;
  ~tcp_peer() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  static tcp_peer connected_to(std::uint16_t port) {
    auto result = tcp_peer{};
    REQUIRE(result.connect(port));
    return result;
  }

  [[nodiscard]] bool connect(std::uint16_t port) const {
    auto where = loopback(port);
    return ::connect(fd_, reinterpret_cast<const sockaddr*>(&where), sizeof(where)) == 0;
  }

  /// Listens at a free port and returns it.
  [[nodiscard]] std::uint16_t listen(int backlog) const {
    auto where = loopback(0);
    auto size = socklen_t{sizeof(where)};
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&where), size) == 0);
    REQUIRE(::listen(fd_, backlog) == 0);
    REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&where), &size) == 0);
    return ntohs(where.sin_port);
  }

  /// False when the connection is gone.
  [[nodiscard]] bool send(std::string_view text) const {
    return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) >= 0;
  }

  /// Receiving ends after so long without a byte, instead of waiting for ever.
  void give_up_after(std::chrono::seconds silence) const {
    auto time = timeval{silence.count(), 0};
    REQUIRE(::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)) == 0);
  }

  /// So many bytes; fewer when the connection ends before.
  [[nodiscard]] std::string receive(std::size_t count) const {
    auto result = std::string(count, '\0');
    auto got = std::size_t{0};
    for (ssize_t n = 0;
         got < count && (n = ::recv(fd_, result.data() + got, count - got, 0)) > 0;)
      got += static_cast<std::size_t>(n);
    result.resize(got);
    return result;
  }

  /// Everything up to the end of the connection.
  [[nodiscard]] std::string receive_all() const {
    auto result = std::string{};
    auto buffer = std::array<char, 4096>{};
    for (ssize_t n = 0; (n = ::recv(fd_, buffer.data(), buffer.size(), 0)) > 0;)
      result.append(buffer.data(), static_cast<std::size_t>(n));
    return result;
  }

  /// Sends no more, and still receives.
  void half_close() const { REQUIRE(::shutdown(fd_, SHUT_WR) == 0); }

  /// Closes with a reset instead of an orderly end.
  void reset() {
    auto at_once = linger{1, 0};
    REQUIRE(::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0);
    ::close(std::exchange(fd_, -1));
  }

private:
  static sockaddr_in loopback(std::uint16_t port) {
    auto result = sockaddr_in{};
    result.sin_family = AF_INET;
    result.sin_port = htons(port);
    result.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return result;
  }

  int fd_;
};

/// An address whose system drops dials: nobody accepts, and the queue is full.
class black_hole {
public:
  black_hole() : port_{listener_.listen(0)} {
    for (auto i = 0; i < 4; ++i) {
      fillers_.emplace_back(SOCK_NONBLOCK);
      static_cast<void>(fillers_.back().connect(port_)); // Under way, that is the point.
    }
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

private:
  tcp_peer listener_;
  std::uint16_t port_;
  std::vector<tcp_peer> fillers_;
};

} // namespace troupe::test
