#include "apps/node/config_settings.hpp"

#include "actors/base/assert.hpp"

#include <utility>

namespace troupe::apps {

namespace {

constexpr auto preset_key = std::string_view{"membership.preset"};

error apply(const std::string& full, const setting& x, node_config& config) {
  const auto* key = find_key(full);
  TROUPE_ASSERT(key != nullptr);
  const auto trouble = key->read(config, x.value);
  return trouble ? fail(
           ec::invalid_config, x.origin + ": " + full + ": " + sentence_of(trouble))
                 : error{};
}

} // namespace

void config_settings::put(const config_key& key, std::string value, std::string origin) {
  settings_.insert_or_assign(key.full(), setting{std::move(value), std::move(origin)});
}

void config_settings::override_with(const config_settings& others) {
  for (const auto& [full, x] : others.settings_)
    settings_.insert_or_assign(full, x);
}

const setting* config_settings::find(std::string_view full) const {
  const auto found = settings_.find(full);
  return found == settings_.end() ? nullptr : &found->second;
}

error config_settings::apply_to(node_config& config) const {
  if (const auto* preset = find(preset_key)) {
    if (auto trouble = apply(std::string{preset_key}, *preset, config))
      return trouble;
    config.membership = membership_of(config.preset);
  }
  for (const auto& [full, x] : settings_)
    if (auto trouble = apply(full, x, config))
      return trouble;
  return {};
}

error config_settings::locate(const error& trouble) const {
  const auto sentence = sentence_of(trouble);
  const auto full = sentence.substr(0, sentence.find(' '));
  if (const auto* x = find(full))
    return fail(code_of(trouble), x->origin + ": " + sentence);
  if (find_key(full) != nullptr)
    return fail(
      code_of(trouble),
      sentence + " (its default does not suit the other settings: set it, too)");
  return trouble;
}

} // namespace troupe::apps
