#include "apps/system_error.hpp"

#include <cerrno>
#include <system_error>

namespace troupe::apps {

error system_error(const std::string& what, int number) {
  const auto code = number == ENOENT       ? ec::not_found
                    : number == EADDRINUSE ? ec::in_use
                                           : ec::system;
  return fail(
    code, what + ": " + std::error_code{number, std::generic_category()}.message());
}

} // namespace troupe::apps
