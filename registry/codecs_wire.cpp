#include "registry/codecs_wire.hpp"

#include "registry/messages.hpp"
#include "registry/registry_wire.hpp"

#include <string>

namespace troupe::registry {

void register_codecs(actors::message_codecs& codecs) {
  codecs.add<sync_message>(
    "troupe.registry.sync", actors::lane::control,
    [](const sync_message& x) { return std::string{as_text(encode(x))}; },
    [](std::string_view bytes) { return decode_sync(as_bytes(bytes)); });
}

} // namespace troupe::registry
