#include "apps/lab/chaos/client_words.hpp"

#include "actors/base/assert.hpp"

#include <array>
#include <cstdint>
#include <utility>
#include <variant>

namespace troupe::lab {

namespace {

bool is_refusal(const router::resp_error& x) {
  for (const auto* kind : {"CLUSTERDOWN ", "TRYAGAIN ", "MOVED "})
    if (x.text.starts_with(kind))
      return true;
  return false;
}

void take_scalar(const router::resp_scalar& reply, recorded_operation& x) {
  if (const auto* refusal = std::get_if<router::resp_error>(&reply)) {
    x.outcome
      = is_refusal(*refusal) ? operation_outcome::refused : operation_outcome::unknown;
    return;
  }
  x.outcome = operation_outcome::done;
  if (x.call == operation_call::write)
    return;
  if (const auto* text = std::get_if<std::string>(&reply))
    x.value = *text;
  else if (const auto* number = std::get_if<std::int64_t>(&reply))
    x.value = std::to_string(*number);
}

} // namespace

operation_call draw_call(const operation_mix& mix, random_source& random) {
  const auto shares = std::array{
    std::pair{operation_call::read, mix.read},
    std::pair{operation_call::write, mix.write},
    std::pair{operation_call::swap, mix.swap},
    std::pair{operation_call::append, mix.append},
    std::pair{operation_call::add, mix.add}};
  auto drawn = random.below(mix.sum());
  for (const auto& [call, share] : shares) {
    if (drawn < share)
      return call;
    drawn -= share;
  }
  TROUPE_ASSERT(false);
  return operation_call::read;
}

key_kind kind_used_by(operation_call call, random_source& random) {
  switch (call) {
    case operation_call::append:
      return key_kind::list;
    case operation_call::add:
      return key_kind::counter;
    case operation_call::read:
      return static_cast<key_kind>(random.below(3));
    case operation_call::write:
    case operation_call::swap:
      break;
  }
  return key_kind::reg;
}

std::string argument_of(const recorded_operation& x) {
  if (x.call == operation_call::read)
    return {};
  if (x.call == operation_call::add)
    return "1";
  auto result = "c" + std::to_string(x.client) + "-" + std::to_string(x.request);
  if (x.call == operation_call::append)
    result += element_end;
  return result;
}

std::vector<std::string> words_of(const recorded_operation& x) {
  switch (x.call) {
    case operation_call::read:
      break;
    case operation_call::write:
      return {"SET", x.key, x.argument};
    case operation_call::swap:
      return {"SET", x.key, x.argument, "GET"};
    case operation_call::append:
      return {"APPEND", x.key, x.argument};
    case operation_call::add:
      return {"INCRBY", x.key, x.argument};
  }
  return {"GET", x.key};
}

bool is_ok(const router::resp_value& reply) {
  const auto* scalar = std::get_if<router::resp_scalar>(&reply);
  const auto* text = scalar ? std::get_if<std::string>(scalar) : nullptr;
  return text && *text == "OK";
}

void take_reply(const expected<router::resp_value>& reply, recorded_operation& x) {
  x.outcome = operation_outcome::unknown;
  if (!reply)
    return;
  if (const auto* scalar = std::get_if<router::resp_scalar>(&*reply))
    take_scalar(*scalar, x);
}

} // namespace troupe::lab
