/// Admin questions and answers as bytes: their codecs.
#pragma once

#include "actors/codec.hpp"

namespace troupe::apps {

/// Lets the messages of `admin.hpp` cross links.
void register_codecs(actors::message_codecs& codecs);

} // namespace troupe::apps
