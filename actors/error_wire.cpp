#include "actors/error_wire.hpp"

#include "actors/actors.pb.h"

#include <limits>

namespace troupe::actors {

std::string encode_error(const error& x) {
  auto message = v1::Error{};
  message.set_code(static_cast<std::uint32_t>(code_of(x)));
  auto sentence = sentence_of(x);
  message.set_what(x.category() == caf::atom("troupe") ? sentence : render(x));
  return message.SerializeAsString();
}

bool decode_error(std::string_view bytes, error& result) {
  auto message = v1::Error{};
  if (
    bytes.size() > std::numeric_limits<int>::max()
    || !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))
    || message.code() == 0 || message.code() > std::numeric_limits<std::uint8_t>::max())
    return false;
  result = fail(static_cast<ec>(message.code()), message.what());
  return true;
}

} // namespace troupe::actors
