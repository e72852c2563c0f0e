#include "cluster/asio_name_lookup.hpp"

#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>

namespace troupe::cluster {

namespace {

boost::asio::ip::address address_of(const sockaddr* from) {
  if (from->sa_family == AF_INET6) {
    auto in = sockaddr_in6{};
    std::memcpy(&in, from, sizeof(in));
    auto bytes = boost::asio::ip::address_v6::bytes_type{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return boost::asio::ip::address_v6{bytes, in.sin6_scope_id};
  }
  auto in = sockaddr_in{};
  std::memcpy(&in, from, sizeof(in));
  return boost::asio::ip::address_v4{ntohl(in.sin_addr.s_addr)};
}

} // namespace

lookup_result look_up(const std::string& host) {
  auto hints = addrinfo{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM; // One entry per address.
  addrinfo* first = nullptr;
  auto result = lookup_result{};
  if (auto code = getaddrinfo(host.c_str(), nullptr, &hints, &first); code != 0) {
    result.failure = gai_strerror(code);
    return result;
  }
  for (auto* entry = first; entry != nullptr; entry = entry->ai_next)
    if (entry->ai_family == AF_INET || entry->ai_family == AF_INET6)
      result.addresses.push_back(address_of(entry->ai_addr));
  freeaddrinfo(first);
  if (result.addresses.empty())
    result.failure = "the name has no IP address";
  return result;
}

void name_lookup::find(const std::string& host, callback done) {
  auto lock = std::lock_guard{mutex_};
  auto& waiting = waiting_[host];
  waiting.push_back(std::move(done));
  if (waiting.size() == 1)
    std::thread{[self = shared_from_this(), host] { self->run(host); }}.detach();
}

void name_lookup::run(const std::string& host) {
  auto all = sigset_t{};
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), "troupe-lookup");
  auto result = resolve_(host);
  auto lock = std::unique_lock{mutex_};
  auto waiting = std::move(waiting_.extract(host).mapped());
  lock.unlock();
  for (const auto& done : waiting)
    done(result);
}

} // namespace troupe::cluster
