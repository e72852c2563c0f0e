/// Nodes that answer what a test says, for the shell.
#pragma once

#include "apps/shell/admin.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::apps::shell {

/// A node that a `fake_admin` can connect to.
struct fake_node {
  cluster::peer_identity self;
  status_reply status;
  members_reply members;
  services_reply services;
  stats_reply stats;
  shards_reply shards;
  data_reply data{"$-1\r\n"};
  expected<call_reply> call{call_reply{"{}", 1, {}, {}}};
  tree_reply tree;
  expected<faults_reply> faults{faults_reply{}};
  /// When set, every question fails with it.
  error trouble;
};

inline node_id id_of(std::uint64_t number) { return node_id{uuid{0, number}}; }

inline member_row
member(const std::string& name, std::uint64_t id, const std::string& link) {
  return {node_name{name}, id_of(id), "alive", incarnation{1}, link, "", "", false};
}

class fake_admin final : public admin_connection {
public:
  /// Listens at `address` from now on.
  fake_node& add(const std::string& address, const std::string& name, std::uint64_t id) {
    auto& result = nodes[address];
    result.self = {id_of(id), node_name{name}, incarnation{1}, cluster::link_role::node};
    return result;
  }

  /// The node at `address` dies.
  void kill(const std::string& address) {
    nodes[address].trouble = fail(ec::link_lost, "the link to " + address + " broke");
    unreachable.push_back(address);
  }

  /// It lives again.
  void revive(const std::string& address) {
    nodes[address].trouble = {};
    std::erase(unreachable, address);
  }

  error connect(const std::string& address) override {
    dialled.push_back(address);
    const auto dead = std::find(unreachable.begin(), unreachable.end(), address);
    if (dead != unreachable.end() || !nodes.contains(address))
      return fail(ec::unreachable, "nobody listens at " + address);
    current = &nodes[address];
    return {};
  }

  [[nodiscard]] const cluster::peer_identity& node() const override {
    return current->self;
  }

  expected<status_reply> ask(const status_query&) override {
    return give(current->status);
  }
  expected<members_reply> ask(const members_query&) override {
    return give(current->members);
  }
  expected<services_reply> ask(const services_query&) override {
    return give(current->services);
  }
  expected<stats_reply> ask(const stats_query& x) override {
    minutes = x.minutes;
    return give(current->stats);
  }
  expected<tree_reply> ask(const tree_query&) override { return give(current->tree); }
  expected<shards_reply> ask(const shards_query&) override {
    return give(current->shards);
  }
  expected<data_reply> ask(const data_command& x) override {
    commands.push_back(x.words);
    return give(current->data);
  }
  expected<call_reply> ask(const call_command& x) override {
    called.push_back(x);
    if (current->trouble)
      return current->trouble;
    return current->call;
  }
  expected<inject_reply> ask(const inject_command& x) override {
    injected->emplace_back(current->self.name.value(), x.what);
    return give(inject_reply{injection_id{injected->size()}});
  }
  expected<faults_reply> ask(const faults_query&) override {
    return give(current->faults);
  }
  expected<heal_reply> ask(const heal_command&) override {
    healed->push_back(current->self.name.value());
    return give(heal_reply{1});
  }
  expected<std::unique_ptr<admin>> at(const std::string& address) override {
    auto result = std::make_unique<fake_admin>();
    result->nodes = nodes;
    result->unreachable = unreachable;
    result->injected = injected;
    result->healed = healed;
    if (auto trouble = result->connect(address))
      return trouble;
    return {std::move(result)};
  }
  expected<leave_reply> ask(const leave_command&) override {
    left.push_back(current->self.name.value());
    return give(leave_reply{});
  }

  std::map<std::string, fake_node> nodes;
  std::vector<std::string> unreachable;
  std::vector<std::string> dialled;               ///< In order.
  std::vector<std::string> left;                  ///< Who was told to leave.
  std::vector<call_command> called;               ///< Also in vain.
  std::vector<std::vector<std::string>> commands; ///< On data; also in vain.
  /// Faults, and who was told of them; shared with what `at` returns, as the next is.
  std::shared_ptr<std::vector<std::pair<std::string, injected_fault>>> injected
    = std::make_shared<std::vector<std::pair<std::string, injected_fault>>>();
  std::shared_ptr<std::vector<std::string>> healed
    = std::make_shared<std::vector<std::string>>();
  std::uint32_t minutes = 0; ///< Of the last question for metrics.
  fake_node* current = nullptr;

private:
  template <class Reply>
  [[nodiscard]] expected<Reply> give(const Reply& x) const {
    if (current->trouble)
      return current->trouble;
    return x;
  }
  template <class Reply>
  [[nodiscard]] expected<Reply> give(const expected<Reply>& x) const {
    return current->trouble ? expected<Reply>{current->trouble} : x;
  }
};

} // namespace troupe::apps::shell
