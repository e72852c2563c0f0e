/// Adds the codec of a message that has `to_wire` and `from_wire` for its Protobuf form.
#pragma once

#include "actors/base/error.hpp"
#include "actors/codec.hpp"

#include <limits>
#include <string>
#include <string_view>

namespace troupe::apps {

/// Lets `T` cross links as `Wire`, on the control lane. `to_wire(const T&, Wire&)` and
/// `from_wire(const Wire&, T&)`, which returns false for what is malformed, are given.
template <class T, class Wire, class ToWire, class FromWire>
void add_codec(actors::message_codecs& codecs, ToWire to_wire, FromWire from_wire) {
  auto name = std::string{Wire::descriptor()->full_name()};
  codecs.add<T>(
    name, actors::lane::control,
    [to_wire](const T& x) {
      auto out = Wire{};
      to_wire(x, out);
      return out.SerializeAsString();
    },
    [name, from_wire](std::string_view bytes) -> expected<T> {
      auto in = Wire{};
      auto result = T{};
      if (
        bytes.size() > std::numeric_limits<int>::max()
        || !in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))
        || !from_wire(in, result))
        return fail(ec::malformed, "a " + name + " does not parse");
      return result;
    });
}

} // namespace troupe::apps
