/// A subscriber at each simulated node's registry, which compares what it was told with
/// what the registry serves after each push, and twice a second.
#pragma once

#include "apps/lab/world/machine.hpp"
#include "apps/lab/world/rebuilt_view.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_addr.hpp>

namespace troupe::lab {

class view_probe {
public:
  /// What it lives in. Outlives it.
  struct environment {
    virtual_engine* engine = nullptr;
    const std::vector<std::unique_ptr<machine>>* machines = nullptr;
    std::function<void(const std::string& what)> violated;
  };

  explicit view_probe(environment in) : in_{std::move(in)} {}

  /// From now on each registry that begins gets its subscribers.
  void start();
  void stop() { stopped_ = true; }

  /// When all is quiet: what a running registry serves and did not push is violated.
  void judge();

  [[nodiscard]] std::uint64_t compared_count() const { return compared_count_; }

private:
  /// Told to look, it compares between two pushes, too.
  using listener = registry::registry_listener::extend<caf::reacts_to<caf::tick_atom>>;

  /// One subscriber, of one registry.
  struct subscriber {
    std::size_t machine = 0;
    std::uint64_t life = 0;
    registry::entry_kind kind{};
    registry::registry_actor registry;
    rebuilt_view known;
    std::optional<duration> in_doubt_since{};
    caf::actor_addr itself{}; ///< Who is pushed to. Weak: its behaviour holds this.
  };
  using subscriber_ptr = std::shared_ptr<subscriber>;

  void look_around();
  void subscribe(std::size_t index, registry::entry_kind kind);
  void make_listener(const subscriber_ptr& of);
  void compare(const subscriber_ptr& of, const std::vector<registry::view_entry>& served);
  void violated(const subscriber& of, const std::string& what) const;
  [[nodiscard]] bool runs(const subscriber& x) const;

  environment in_;
  std::map<std::pair<std::size_t, registry::entry_kind>, subscriber_ptr> subscribers_;
  std::uint64_t compared_count_ = 0;
  std::uint64_t look_count_ = 0;
  bool stopped_ = false;
};

} // namespace troupe::lab
