#include "actors/address.hpp"

#include <charconv>

namespace troupe::actors {

namespace {

error bad_address(std::string_view text) {
  return fail(
    ec::invalid_argument, "'" + std::string{text}
                            + "' is not an address; write host:port or [ipv6]:port, "
                              "with a port from 0 to 65535");
}

bool parse_port(std::string_view text, std::uint16_t& result) {
  auto* end = text.data() + text.size();
  auto [rest, code] = std::from_chars(text.data(), end, result);
  return !text.empty() && rest == end && code == std::errc{};
}

} // namespace

expected<address> parse_address(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return bad_address(text);
  auto host = text.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return bad_address(text);
  auto result = address{std::string{host}, 0};
  if (host.empty() || !parse_port(text.substr(colon + 1), result.port))
    return bad_address(text);
  return result;
}

std::string to_string(const address& x) {
  auto ipv6 = x.host.find(':') != std::string::npos;
  return (ipv6 ? "[" + x.host + "]" : x.host) + ":" + std::to_string(x.port);
}

std::ostream& operator<<(std::ostream& out, const address& x) {
  return out << to_string(x);
}

} // namespace troupe::actors
