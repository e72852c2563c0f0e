/// What the operating system says about sockets, in our words.
#pragma once

#include <string>

#include <boost/system/error_code.hpp>

namespace troupe::cluster {

/// The system's reason, to stand inside a sentence: "connection refused".
[[nodiscard]] std::string reason_of(const boost::system::error_code& code);

} // namespace troupe::cluster
