/// The table of all settings: from it follow the sections of the file, the environment
/// variables, the flags, and the check for what nobody knows.
#pragma once

#include "apps/node/node_config.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::apps {

/// How TOML writes a setting.
enum class key_kind : std::uint8_t {
  text,   ///< "n1", "127.0.0.1:7400", "lan"
  time,   ///< "250 ms"
  bytes,  ///< "4 MiB"
  number, ///< 3
  truth,  ///< true
  ratio,  ///< 0.5
  list,   ///< ["a:7400", "b:7400"]
};

struct config_key {
  std::string_view section;
  std::string_view key;
  key_kind kind = key_kind::text;
  std::string_view flag;  ///< Its short form on the command line, or empty.
  std::string_view about; ///< For `--help`.

  /// Sets it in a config; fails as `read_value` does.
  std::function<error(node_config&, std::string_view)> read;

  /// Its text in a config.
  std::function<std::string(const node_config&)> print;

  [[nodiscard]] std::string full() const;     ///< section.key
  [[nodiscard]] std::string variable() const; ///< TROUPE_SECTION_KEY
};

/// All of them, section by section in the order of the example file.
[[nodiscard]] const std::vector<config_key>& config_keys();

/// The one named section.key, or null.
[[nodiscard]] const config_key* find_key(std::string_view full);

/// Whether some key is in `section`.
[[nodiscard]] bool is_section(std::string_view section);

/// "; did you mean link.listen?" when a key resembles `full` or has its name in another
/// section; else where to look.
[[nodiscard]] std::string hint_for_key(std::string_view full);

} // namespace troupe::apps
