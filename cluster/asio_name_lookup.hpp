/// Finds the IP addresses of host names without blocking anybody else.
///
/// The system's resolver blocks for seconds when a name server is silent, and cannot be
/// cancelled. Asio runs all look-ups of a context on one thread, so that one bad name
/// would delay every dial; here each name that is being looked up has a thread of its
/// own, which all who ask for that name share. Hanging threads are bounded by the number
/// of different names in use. Thread-safe.
#pragma once

#include "actors/base/error.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace troupe::cluster {

struct lookup_result {
  std::vector<boost::asio::ip::address> addresses;
  std::string failure; ///< The resolver's reason, when there are no addresses.
};

/// Asks the system's resolver, and waits for it.
[[nodiscard]] lookup_result look_up(const std::string& host);

class name_lookup : public std::enable_shared_from_this<name_lookup> {
public:
  using callback = std::function<void(const lookup_result&)>;
  using resolver = std::function<lookup_result(const std::string&)>;

  explicit name_lookup(resolver resolve = look_up) : resolve_{std::move(resolve)} {}

  /// Calls `done` with what `host` resolves to, on another thread. What `done` holds may
  /// live until the resolver gives up.
  void find(const std::string& host, callback done);

private:
  void run(const std::string& host);

  resolver resolve_;
  std::mutex mutex_;
  std::map<std::string, std::vector<callback>> waiting_; // By the name they wait for.
};

} // namespace troupe::cluster
