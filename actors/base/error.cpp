#include "actors/base/error.hpp"

#include "actors/base/assert.hpp"

#include <utility>

#include <caf/atom.hpp>
#include <caf/exit_reason.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

namespace troupe {

std::string_view to_string(ec code) {
  switch (code) {
    case ec::invalid_argument:
      return "invalid_argument";
    case ec::invalid_config:
      return "invalid_config";
    case ec::not_found:
      return "not_found";
    case ec::already_exists:
      return "already_exists";
    case ec::wrong_state:
      return "wrong_state";
    case ec::busy:
      return "busy";
    case ec::deadline_exceeded:
      return "deadline_exceeded";
    case ec::link_lost:
      return "link_lost";
    case ec::unreachable:
      return "unreachable";
    case ec::not_remotable:
      return "not_remotable";
    case ec::stale_incarnation:
      return "stale_incarnation";
    case ec::foreign_cluster:
      return "foreign_cluster";
    case ec::version_mismatch:
      return "version_mismatch";
    case ec::malformed:
      return "malformed";
    case ec::too_large:
      return "too_large";
    case ec::system:
      return "system";
    case ec::in_use:
      return "in_use";
    case ec::corrupt:
      return "corrupt";
    case ec::stopping:
      return "stopping";
    case ec::internal:
      return "internal";
    case ec::unexpected_answer:
      return "unexpected_answer";
  }
  return "unknown";
}

namespace {

constexpr auto category = caf::atom("troupe");

} // namespace

error fail(ec code, std::string what) {
  return {static_cast<std::uint8_t>(code), category, caf::make_message(std::move(what))};
}

error make_error(ec code) { return {static_cast<std::uint8_t>(code), category}; }

ec code_of(const error& e) {
  TROUPE_ASSERT(e);
  if (e.category() == category)
    return static_cast<ec>(e.code());
  return ec::internal;
}

known_failure::known_failure(const error& why)
    : std::runtime_error{render(why)}, why_{why} {}

std::string sentence_of(const error& e) {
  if (e && e.context().size() == 1 && e.context().match_element<std::string>(0))
    return e.context().get_as<std::string>(0);
  return {};
}

namespace {

std::string name_of(const error& e) {
  if (e.category() == category)
    return std::string{to_string(static_cast<ec>(e.code()))};
  if (e.category() == caf::atom("system"))
    return "caf::sec::" + to_string(static_cast<caf::sec>(e.code()));
  if (e.category() == caf::atom("exit"))
    return "caf::exit_reason::" + to_string(static_cast<caf::exit_reason>(e.code()));
  return "code " + std::to_string(e.code()) + " of " + caf::to_string(e.category());
}

} // namespace

std::string render(const error& e) {
  if (!e)
    return "none";
  auto result = name_of(e);
  if (auto sentence = sentence_of(e); !sentence.empty())
    result += ": " + sentence;
  return result;
}

} // namespace troupe
