/// Settings on their way into a config: who said what, and where.
#pragma once

#include "actors/base/error.hpp"
#include "apps/node/config_keys.hpp"
#include "apps/node/node_config.hpp"

#include <map>
#include <string>
#include <string_view>

namespace troupe::apps {

struct setting {
  std::string value;  ///< As `read_value` takes it.
  std::string origin; ///< "troupe.toml:12", "--listen", for error messages.
};

class config_settings {
public:
  /// Sets `key`, overriding what was there.
  void put(const config_key& key, std::string value, std::string origin);

  /// Takes over every setting of `others`.
  void override_with(const config_settings& others);

  /// The setting of section.key, or null.
  [[nodiscard]] const setting* find(std::string_view full) const;

  /// By section.key.
  [[nodiscard]] const std::map<std::string, setting, std::less<>>& all() const {
    return settings_;
  }

  /// Puts them into `config`, the preset before what it is the base of. Fails with
  /// ec::invalid_config, naming origin, key and value.
  [[nodiscard]] error apply_to(node_config& config) const;

  /// `trouble`, a validate()'s, preceded by where the key that it begins with was set.
  [[nodiscard]] error locate(const error& trouble) const;

private:
  std::map<std::string, setting, std::less<>> settings_;
};

} // namespace troupe::apps
