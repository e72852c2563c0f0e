#include "apps/shell/remote_admin.hpp"

#include <algorithm>
#include <utility>

namespace troupe::apps::shell {

namespace {

using namespace std::chrono_literals;

// A node answers this once its calls have ended and `left` has spread: longer than any
// question takes.
constexpr auto leave_deadline = duration{60s};

// A command waits out an election (door.deadline, 5 s).
constexpr auto data_deadline = duration{10s};

/// The engine's time-outs do not say who did not answer.
error naming(const std::string& who, const error& why) {
  if (why != ec::deadline_exceeded)
    return why;
  return fail(ec::deadline_exceeded, who + ": " + sentence_of(why));
}

template <class Query>
auto ask_naming(admin_client& client, const Query& x, duration deadline) {
  auto reply = client.ask(x, deadline);
  if (!reply)
    reply = naming(client.node().name.value(), reply.error());
  return reply;
}

} // namespace

error remote_admin::connect(const std::string& address) {
  return naming(address, client_.connect(address, deadline_));
}

const cluster::peer_identity& remote_admin::node() const { return client_.node(); }

expected<status_reply> remote_admin::ask(const status_query& x) {
  return ask_naming(client_, x, deadline_);
}

expected<members_reply> remote_admin::ask(const members_query& x) {
  return ask_naming(client_, x, deadline_);
}

expected<services_reply> remote_admin::ask(const services_query& x) {
  return ask_naming(client_, x, deadline_);
}

expected<stats_reply> remote_admin::ask(const stats_query& x) {
  return ask_naming(client_, x, deadline_);
}

expected<tree_reply> remote_admin::ask(const tree_query& x) {
  return ask_naming(client_, x, deadline_);
}

expected<shards_reply> remote_admin::ask(const shards_query& x) {
  return ask_naming(client_, x, deadline_);
}

expected<data_reply> remote_admin::ask(const data_command& x) {
  return ask_naming(client_, x, std::max(deadline_, data_deadline));
}

expected<call_reply> remote_admin::ask(const call_command& x) {
  return ask_naming(client_, x, deadline_);
}

expected<inject_reply> remote_admin::ask(const inject_command& x) {
  return ask_naming(client_, x, deadline_);
}

expected<faults_reply> remote_admin::ask(const faults_query& x) {
  return ask_naming(client_, x, deadline_);
}

expected<heal_reply> remote_admin::ask(const heal_command& x) {
  return ask_naming(client_, x, deadline_);
}

expected<std::unique_ptr<admin>> remote_admin::at(const std::string& address) {
  auto result = std::make_unique<remote_admin>(deadline_);
  if (auto trouble = result->connect(address))
    return trouble;
  return {std::move(result)};
}

expected<leave_reply> remote_admin::ask(const leave_command& x) {
  return ask_naming(client_, x, std::max(deadline_, leave_deadline));
}

} // namespace troupe::apps::shell
