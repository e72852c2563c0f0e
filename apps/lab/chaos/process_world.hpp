/// What all worlds share whose nodes are processes of this machine.
#pragma once

#include "apps/lab/chaos/chaos_world.hpp"
#include "apps/lab/chaos/node_processes.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::lab {

class process_world : public chaos_world {
public:
  [[nodiscard]] const std::vector<apps::local_node>& nodes() const override {
    return processes_.nodes();
  }
  [[nodiscard]] error start(std::size_t node) override { return processes_.start(node); }
  [[nodiscard]] error wait_ready(duration timeout) override {
    return processes_.wait_ready(timeout);
  }
  [[nodiscard]] bool runs(std::size_t node) const override {
    return processes_.runs(node);
  }
  [[nodiscard]] std::optional<std::string> ended_by_itself(std::size_t node) override {
    return processes_.ended_by_itself(node);
  }
  [[nodiscard]] error kill(std::size_t node) override { return processes_.kill(node); }
  [[nodiscard]] error pause(std::size_t node) override { return processes_.pause(node); }
  [[nodiscard]] error resume(std::size_t node) override {
    return processes_.resume(node);
  }
  [[nodiscard]] error starve(std::size_t node) override {
    processes_.starve(node);
    return {};
  }
  [[nodiscard]] error feed(std::size_t node) override {
    processes_.feed(node);
    return {};
  }
  [[nodiscard]] std::optional<node_usage> usage(std::size_t node) const override {
    return processes_.usage(node);
  }

protected:
  explicit process_world(node_processes processes) : processes_{std::move(processes)} {}

  [[nodiscard]] node_processes& processes() { return processes_; }

  /// Ends them all, whoever started them.
  [[nodiscard]] error end_all() {
    const auto ended = end_processes(nodes());
    return ended ? error{} : ended.error();
  }

private:
  node_processes processes_;
};

} // namespace troupe::lab
