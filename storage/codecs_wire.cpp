#include "storage/codecs_wire.hpp"

#include "storage/data_wire.hpp"
#include "storage/messages.hpp"
#include "storage/replica_wire.hpp"

#include <utility>

namespace troupe::storage {

// Votes and Beats are small and urgent; what carries records and values must not stand in
// their way.
void register_codecs(actors::message_codecs& codecs) {
  codecs.add<message>(
    "troupe.storage.replica", actors::lane::control,
    [](const message& x) { return encode(x); },
    [](std::string_view bytes) { return decode_message(bytes); });
  codecs.add<shipment>(
    "troupe.storage.shipment", actors::lane::bulk,
    [](const shipment& x) { return encode(x.what); },
    [](std::string_view bytes) -> expected<shipment> {
      auto what = decode_message(bytes);
      if (!what)
        return std::move(what.error());
      return shipment{std::move(*what)};
    });
  codecs.add<beat_bundle>(
    "troupe.storage.beats", actors::lane::control,
    [](const beat_bundle& x) { return encode(x); }, decode_beat_bundle);
  codecs.add<remote_requests>(
    "troupe.storage.requests", actors::lane::bulk,
    [](const remote_requests& x) { return encode(x); }, decode_requests);
  codecs.add<remote_answers>(
    "troupe.storage.answers", actors::lane::bulk,
    [](const remote_answers& x) { return encode(x); }, decode_answers);
}

} // namespace troupe::storage
