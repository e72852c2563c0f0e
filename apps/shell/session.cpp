#include "apps/shell/session.hpp"

#include "apps/shell/readable.hpp"

#include <algorithm>
#include <utility>

namespace troupe::apps::shell {

namespace {

/// Whether another node should be asked from now on. A node that misses a deadline may be
/// stopped; the next connection tells, since it begins with the same node.
bool means_gone(const error& why) {
  switch (code_of(why)) {
    case ec::link_lost:
    case ec::unreachable:
    case ec::stale_incarnation:
    case ec::stopping:
    case ec::deadline_exceeded:
      return true;
    default:
      return false;
  }
}

error no_connection() { return fail(ec::unreachable, "there is no connection"); }

/// `why` nobody answered: not the first that was tried, nor the `others`.
error cannot_connect(const error& why, std::size_t others) {
  if (others == 0)
    return why;
  const auto who = others == 1 ? "the other member that the shell knows of"
                               : "any of the " + std::to_string(others)
                                   + " other members that the shell knows of";
  return fail(code_of(why), sentence_of(why) + "; nor can " + who + " be reached");
}

} // namespace

error session::connect() {
  if (connected_)
    return {};
  const auto before = node_;
  const auto returning = has_node_;
  auto first_trouble = error{};
  const auto addresses = candidates();
  for (const auto& address : addresses) {
    const auto trouble = connection_->connect(address);
    if (!trouble) {
      arrive(address);
      if (returning)
        tell_where(before);
      return {};
    }
    if (!first_trouble)
      first_trouble = trouble;
  }
  if (addresses.empty())
    return fail(ec::unreachable, "there is no other member that the shell knows of");
  return cannot_connect(first_trouble, addresses.size() - 1);
}

void session::arrive(const std::string& address) {
  address_ = address;
  node_ = connection_->node();
  connected_ = true;
  has_node_ = true;
  refresh();
}

void session::tell_where(const cluster::peer_identity& before) const {
  const auto name = printable(node_.name.value());
  *notes_ << "note: ";
  if (node_.id == before.id)
    *notes_ << "connected to " << name << " again";
  else
    *notes_ << printable(before.name.value()) << " is gone; connected to " << name;
  *notes_ << " (" << printable(address_) << ")\n";
}

void session::refresh() {
  // Whoever fails this fails the question that the person asks as well, and there it
  // shows.
  if (connected_)
    static_cast<void>(ask(members_query{}));
}

void session::part() {
  connected_ = false;
  std::erase(others_, address_);
  address_.clear();
}

void session::learn(const members_reply& x) {
  // Before its node has joined it knows nobody; what was known is better.
  if (x.members.empty())
    return;
  auto rows = x.members;
  std::sort(rows.begin(), rows.end(), [](const member_row& a, const member_row& b) {
    return natural_less(a.name.value(), b.name.value());
  });
  others_.clear();
  for (const auto& row : rows)
    if (!row.link.empty() && (row.state == "alive" || row.state == "suspect"))
      others_.push_back(row.link);
}

std::vector<std::string> session::candidates() const {
  auto result = std::vector<std::string>{};
  if (!address_.empty())
    result.push_back(address_);
  for (const auto& x : others_)
    if (x != address_)
      result.push_back(x);
  return result;
}

// What a shard or a provider says of itself (unreachable, late) tells nothing of the
// node.
template <class Reply, class Query>
expected<Reply> session::forwarded(const Query& x) {
  if (!connected_)
    return no_connection();
  auto reply = connection_->ask(x);
  if (!reply && code_of(reply.error()) == ec::link_lost)
    connected_ = false;
  return reply;
}

template <class Reply, class Query>
expected<Reply> session::watched(const Query& x) {
  if (!connected_)
    return no_connection();
  auto reply = connection_->ask(x);
  if (!reply && means_gone(reply.error()))
    connected_ = false;
  return reply;
}

expected<status_reply> session::ask(const status_query& x) {
  return watched<status_reply>(x);
}

expected<members_reply> session::ask(const members_query& x) {
  auto reply = watched<members_reply>(x);
  if (reply)
    learn(*reply);
  return reply;
}

expected<services_reply> session::ask(const services_query& x) {
  return watched<services_reply>(x);
}

expected<stats_reply> session::ask(const stats_query& x) {
  return watched<stats_reply>(x);
}

expected<tree_reply> session::ask(const tree_query& x) { return watched<tree_reply>(x); }

expected<shards_reply> session::ask(const shards_query& x) {
  return watched<shards_reply>(x);
}

expected<data_reply> session::ask(const data_command& x) {
  return forwarded<data_reply>(x);
}

expected<call_reply> session::ask(const call_command& x) {
  // A call's error may be its provider's, and tells nothing of the node.
  return connected_ ? connection_->ask(x) : expected<call_reply>{no_connection()};
}

expected<inject_reply> session::ask(const inject_command& x) {
  return watched<inject_reply>(x);
}

expected<faults_reply> session::ask(const faults_query& x) {
  return watched<faults_reply>(x);
}

expected<heal_reply> session::ask(const heal_command& x) {
  return watched<heal_reply>(x);
}

expected<std::unique_ptr<admin>> session::at(const std::string& address) {
  return connection_->at(address);
}

expected<leave_reply> session::ask(const leave_command& x) {
  return watched<leave_reply>(x);
}

} // namespace troupe::apps::shell
