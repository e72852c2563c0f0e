#include "cluster/asio_error.hpp"

#include <cctype>

namespace troupe::cluster {

std::string reason_of(const boost::system::error_code& code) {
  auto result = code.message();
  // "Connection refused", but "RPC failed": a second capital means a proper name.
  if (result.size() > 1 && std::isupper(static_cast<unsigned char>(result[1])) == 0)
    result[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(result[0])));
  return result;
}

} // namespace troupe::cluster
