/// Which messages of this folder may leave the process.
#pragma once

#include "actors/codec.hpp"

namespace troupe::storage {

/// Lets this folder's messages cross links.
void register_codecs(actors::message_codecs& codecs);

} // namespace troupe::storage
