/// Admin questions and answers as bytes: their codecs.
#pragma once

#include "actors/codec.hpp"

namespace troupe::apps {

/// Lets the messages of `admin.hpp` cross links.
void register_codecs(actors::message_codecs& codecs);

/// Those of them that are about shards and data; part of the above.
void register_shards_codecs(actors::message_codecs& codecs);

/// Those that are about injected faults; part of the first.
void register_inject_codecs(actors::message_codecs& codecs);

} // namespace troupe::apps
