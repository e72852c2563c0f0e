#include "actors/behavior.hpp"

#include "actors/base/assert.hpp"

#include <exception>
#include <memory>
#include <string>

#include <caf/atom.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message_view.hpp>
#include <caf/result.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>

namespace troupe::actors {

behavior_metrics::behavior_metrics(metrics_registry& registry, const std::string& actor)
    : dropped_messages{registry.make_counter(
      "troupe_actors_dropped_messages_total", "Messages that had no handler.",
      {{"actor", actor}})},
      errors{registry.make_counter(
        "troupe_actors_errors_total", "Errors that arrived outside any request.",
        {{"actor", actor}})},
      downs{registry.make_counter(
        "troupe_actors_downs_total", "DOWN messages that had no handler.",
        {{"actor", actor}})},
      exceptions{registry.make_counter(
        "troupe_actors_exceptions_total", "Exceptions that ended an actor.",
        {{"actor", actor}})} {}

namespace {

using metrics_ptr = std::shared_ptr<behavior_metrics>;

caf::result<caf::message> answer_unknown(
  caf::scheduled_actor* self, caf::message_view& view, behavior_metrics& metrics) {
  if (view.content().match_elements<caf::ping_atom>())
    return caf::make_message(caf::pong_atom_v);
  metrics.dropped_messages.add();
  // Only a request gets an answer. To return an error on a plain message would send one
  // to an actor that waits for nothing, and CAF's default is to die of it.
  if (self->current_message_id().is_request())
    return fail(
      ec::invalid_argument, std::string{self->name()} + " has no handler for "
                              + caf::to_string(view.content()));
  return caf::message{};
}

error error_of(const char* actor, const std::exception_ptr& x) {
  const auto threw = std::string{actor} + " threw: ";
  try {
    std::rethrow_exception(x);
  } catch (const known_failure& e) {
    return e.why();
  } catch (const std::exception& e) {
    return fail(ec::internal, threw + e.what());
  } catch (...) { // Not swallowed: it ends the actor all the same, only without a text.
    return fail(ec::internal, threw + "something that is no std::exception");
  }
}

} // namespace

void install_defaults(caf::scheduled_actor* self, const actor_context* context) {
  TROUPE_ASSERT(context->clock != nullptr && context->metrics != nullptr);
  const auto metrics
    = std::make_shared<behavior_metrics>(*context->metrics, self->name());
  self->set_default_handler([metrics](caf::scheduled_actor* me, caf::message_view& view) {
    return answer_unknown(me, view, *metrics);
  });
  self->set_error_handler(
    [metrics](caf::scheduled_actor*, error&) { metrics->errors.add(); });
  self->set_down_handler(
    [metrics](caf::scheduled_actor*, caf::down_msg&) { metrics->downs.add(); });
  self->set_exit_handler(
    [](caf::scheduled_actor* me, caf::exit_msg& message) { me->quit(message.reason); });
  self->set_exception_handler([metrics,
                               context](caf::scheduled_actor* me, std::exception_ptr& x) {
    metrics->exceptions.add();
    auto why = error_of(me->name(), x);
    context->log.error("an actor ended by an exception", "actor", me->name(), "why", why);
    return why;
  });
}

namespace {

error from_sec(const error& e) {
  switch (static_cast<caf::sec>(e.code())) {
    case caf::sec::request_timeout:
      return fail(ec::deadline_exceeded, "no answer within the deadline");
    case caf::sec::request_receiver_down:
      return fail(ec::stopping, "the actor has ended");
    case caf::sec::unexpected_message:
      return fail(ec::invalid_argument, "the actor has no handler for this request");
    case caf::sec::unexpected_response:
      return fail(ec::unexpected_answer, "the answer has another type than expected");
    default:
      return fail(ec::internal, render(e));
  }
}

error from_exit_reason(const error& e) {
  switch (static_cast<caf::exit_reason>(e.code())) {
    case caf::exit_reason::normal:
    case caf::exit_reason::user_shutdown:
    case caf::exit_reason::kill:
    case caf::exit_reason::unreachable:
    case caf::exit_reason::unknown:
      return fail(ec::stopping, "the actor has ended");
    case caf::exit_reason::remote_link_unreachable:
      return fail(ec::link_lost, "the actor's node is gone");
    case caf::exit_reason::unhandled_exception:
    case caf::exit_reason::out_of_workers:
      break;
  }
  return fail(ec::internal, render(e));
}

} // namespace

error ours(const error& e) {
  if (!e || e.category() == caf::atom("troupe"))
    return e;
  if (e.category() == caf::atom("system"))
    return from_sec(e);
  if (e.category() == caf::atom("exit"))
    return from_exit_reason(e);
  return fail(ec::internal, render(e));
}

bool ended_normally(const error& reason) {
  return !reason || reason == caf::exit_reason::user_shutdown;
}

} // namespace troupe::actors
