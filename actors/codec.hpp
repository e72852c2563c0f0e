/// Which messages may leave the process, under which name, and in which form.
///
/// Inside a process a message is never serialised. At its border each type needs a codec:
/// a name that never changes (it is on the wire), two functions, and the lane it takes.
/// A type without one fails at once with ec::not_remotable. One table serves a whole
/// process; it is filled before the first link starts and is read-only afterwards, hence
/// safe from any thread.
///
/// A message crosses as exactly one value. Errors and empty answers need no registration.
#pragma once

#include "actors/base/error.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <unordered_map>

#include <caf/make_message.hpp>
#include <caf/message.hpp>

namespace troupe::actors {

/// The two connections of a link. Order is kept within a lane only.
enum class lane : std::uint8_t {
  /// Small and urgent: membership, registry, elections, beats, credits.
  control,
  /// All else: calls, log shipping, bulk data.
  bulk,
};

inline constexpr auto all_lanes = {lane::control, lane::bulk};

[[nodiscard]] std::string_view to_string(lane x);

struct encoded_message {
  std::string type;
  std::string payload;
  actors::lane lane = lane::bulk;
};

class message_codecs {
public:
  message_codecs();

  /// Lets messages of type `T` cross under `name`. `Decode` is called with a
  /// `std::string_view` of bytes from a stranger and returns `expected<T>`.
  /// @pre neither `T` nor `name` was added before.
  template <class T, class Encode, class Decode>
  void add(const std::string& name, lane lane, Encode to_bytes, Decode from_bytes) {
    add_entry(
      typeid(T), name,
      {lane,
       [to_bytes](const caf::message& x) -> std::string {
         return to_bytes(x.get_as<T>(0));
       },
       [from_bytes](std::string_view bytes) -> expected<caf::message> {
         auto result = from_bytes(bytes);
         if (!result)
           return std::move(result.error());
         return caf::make_message(std::move(*result));
       }});
  }

  /// Says what the sender of a note of type `T` gets when the note surely never left the
  /// process: the link's queue was full, or the peer out of reach. `Tell` is called with
  /// (`const T&`, `const error&`) and returns a value of a type that the sender takes.
  /// Without it the note is dropped in silence, which suits senders that repeat what
  /// nobody has acknowledged.
  /// @pre `T` was added.
  template <class T, class Tell>
  void tell_undelivered(Tell tell) {
    entry_of(typeid(T)).undelivered
      = [tell](const caf::message& x, const error& why) -> caf::message {
      return caf::make_message(tell(x.get_as<T>(0), why));
    };
  }

  /// Fails with ec::not_remotable, naming the type, when `x` is not a single value of a
  /// registered type.
  [[nodiscard]] expected<encoded_message> encode(const caf::message& x) const;

  /// Fails with ec::not_remotable for an unknown name and ec::malformed for bad bytes.
  [[nodiscard]] expected<caf::message>
  decode(const std::string& type, std::string_view payload) const;

  /// What `tell_undelivered` says of a note that was encoded here; none when nothing.
  [[nodiscard]] std::optional<caf::message>
  undelivered(const std::string& type, std::string_view payload, const error& why) const;

private:
  struct codec {
    actors::lane lane;
    std::function<std::string(const caf::message&)> encode;
    std::function<expected<caf::message>(std::string_view)> decode;
    std::function<caf::message(const caf::message&, const error&)> undelivered = {};
  };

  void add_entry(std::type_index type, const std::string& name, codec entry);
  codec& entry_of(std::type_index type);

  std::unordered_map<std::string, codec> by_name_;
  std::map<std::type_index, std::unordered_map<std::string, codec>::const_pointer>
    by_type_;
};

} // namespace troupe::actors
