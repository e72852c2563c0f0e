#include "apps/node/load_config.hpp"

#include "apps/node/config_environment.hpp"
#include "apps/node/config_file.hpp"

#include <array>

#include <unistd.h>

namespace troupe::apps {

expected<node_config> load_config(const config_sources& sources) {
  auto settings = config_settings{};
  if (!sources.file.empty()) {
    auto file = read_config_file(sources.file);
    if (!file)
      return file.error();
    settings.override_with(*file);
  }
  auto environment = read_environment(sources.environment);
  if (!environment)
    return environment.error();
  settings.override_with(*environment);
  settings.override_with(sources.flags);

  auto result = node_config{};
  if (auto trouble = settings.apply_to(result))
    return trouble;
  complete(result, sources.host_name);
  if (const auto trouble = result.validate())
    return settings.locate(trouble);
  return result;
}

std::string host_name() {
  // POSIX: at most 255 bytes, and a name that is cut has no terminating zero.
  auto buffer = std::array<char, 256>{};
  if (::gethostname(buffer.data(), buffer.size() - 1) != 0)
    return {};
  return buffer.data();
}

} // namespace troupe::apps
