#include "apps/shell/interpreter.hpp"

#include "apps/shell/readable.hpp"

#include <utility>
#include <variant>

namespace troupe::apps::shell {

interpreter::interpreter(
  session& place, output_form form, confirmation confirm, std::ostream& out,
  std::ostream& errors)
    : place_{&place}, form_{form}, confirm_{std::move(confirm)}, out_{&out}, errors_{
                                                                               &errors} {}

exit_status interpreter::run(std::string_view line) {
  const auto call = parse_line(line);
  return call ? run(*call) : report(call.error(), exit_status::misuse);
}

exit_status interpreter::run(const invocation& call) {
  return std::visit([&](const auto& how) { return perform(call, how); }, call.what->run);
}

exit_status interpreter::report(const error& why, exit_status status) {
  *errors_ << "error: " << printable(render(why)) << std::endl;
  return status;
}

exit_status interpreter::perform(const invocation& call, local_run local) {
  return print(local(call));
}

exit_status interpreter::perform(const invocation&, quit_run) {
  finished_ = true;
  return form_.as_json ? print({{{"quit", true}}, {}}) : exit_status::ok;
}

exit_status interpreter::perform(const invocation& call, question_run question) {
  if (const auto trouble = place_->connect())
    return report(trouble, exit_status::unconnected);
  auto result = question(*place_, call);
  // The node may have died long before the person asked; then another one answers. Not
  // after a deadline: they have waited enough.
  if (!result && !place_->connected() && result.error() != ec::deadline_exceeded) {
    if (const auto trouble = place_->connect())
      return report(trouble, exit_status::unconnected);
    result = question(*place_, call);
  }
  return result ? print(*result) : report(result.error(), exit_status::failed);
}

exit_status interpreter::perform(const invocation& call, const action_run& action) {
  const auto meant = place_->has_node() ? place_->node() : cluster::peer_identity{};
  if (const auto trouble = place_->connect())
    return report(trouble, exit_status::unconnected);
  if (!meant.id.value().nil() && meant.id != place_->node().id)
    return report(
      fail(
        ec::wrong_state, std::string{call.what->name} + " was meant for "
                           + meant.name.value() + "; if " + place_->node().name.value()
                           + " shall do it, repeat it"),
      exit_status::failed);
  if (confirm_ && !call.has_flag("--yes") && !confirm_(action.confirmation(*place_))) {
    *errors_ << "nothing was done" << std::endl;
    return exit_status::failed;
  }
  const auto result = action.run(*place_, call);
  if (!result)
    return report(result.error(), exit_status::failed);
  if (action.ends_node)
    place_->part();
  return print(*result);
}

exit_status interpreter::perform(const invocation& call, const effect_run& effect) {
  // What is lost under way is not repeated: so find out before whether the node lives.
  place_->refresh();
  if (const auto trouble = place_->connect())
    return report(trouble, exit_status::unconnected);
  const auto result = effect.run(*place_, call);
  return result ? print(*result) : report(result.error(), exit_status::failed);
}

exit_status interpreter::print(const answer& x) {
  if (form_.as_json)
    *out_ << x.value.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
  else
    *out_ << render_table(x.text, form_.coloured);
  if (out_->flush())
    return exit_status::ok;
  return report(
    fail(ec::system, "the answer could not be written to stdout"), exit_status::failed);
}

} // namespace troupe::apps::shell
