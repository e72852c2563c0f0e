/// Founders and a joiner under random interleavings of messages, crashes and restarts.
///
/// The world is the links' promise: a message reaches the incarnation that it was sent
/// to, or is lost; order is not kept. A node that comes back on an empty disk does so
/// after what it had sent has arrived or been lost, and some founder keeps its disk.
#include "cluster/founding.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace troupe::cluster {

namespace {

struct slot {
  founding_config config;
  std::string name;
  std::string address;
  node_id id{};
  std::uint64_t incarnation = 0;
  std::optional<charter> disk{};
  std::optional<charter> storing{};
  std::optional<founding> core{}; // None while it is down.
};

struct letter {
  node_id from;
  node_id to;
  std::uint64_t incarnation = 0; // Of the receiver.
  founding_message content;
};

struct call {
  std::size_t from = 0;
  std::uint64_t incarnation = 0;
  std::string address;
};

class world {
public:
  explicit world(std::uint64_t seed) : random_{seed} {
    auto list = std::vector<founder>{};
    for (auto name : {"n1", "n2", "n3"})
      list.push_back({node_name{name}, std::string{name} + ":1"});
    for (const auto& each : list)
      slots_.push_back(
        {.config = {.founders = list, .settings = each.name.value()},
         .name = each.name.value(),
         .address = each.address});
    auto seeds = std::vector{list[random_.below(3)].address};
    slots_.push_back({.config = {.seeds = seeds}, .name = "n4", .address = "n4:1"});
    for (auto& x : slots_)
      x.id = node_id{random_.draw_uuid()};
  }

  void disturb(std::size_t step_count) {
    for (auto i = std::size_t{0}; i < step_count; ++i) {
      step();
      check_one_cluster();
    }
  }

  /// Everybody up, nothing lost.
  void calm() {
    for (auto& x : slots_)
      if (!x.core)
        start(x);
    for (auto round = 0; round < 20; ++round) {
      for (auto& x : slots_)
        perform(x, x.core->tick());
      while (!letters_.empty() || !calls_.empty() || anybody_storing()) {
        finish_calls();
        for (auto& x : slots_)
          finish_store(x);
        deliver_all();
        check_one_cluster();
      }
    }
  }

  [[nodiscard]] bool everybody_agrees() const {
    return std::all_of(slots_.begin(), slots_.end(), [&](const slot& x) {
      return x.core && x.core->agreed() && x.core->agreed() == slots_[0].core->agreed();
    });
  }

  [[nodiscard]] bool anybody_agrees() const {
    return std::any_of(
      slots_.begin(), slots_.end(), [](const slot& x) { return x.disk.has_value(); });
  }

  [[nodiscard]] std::size_t wipes() const { return wipes_; }

private:
  void step() {
    auto& any = slots_[random_.below(slots_.size())];
    switch (random_.below(12)) {
      case 0:
        return any.core ? crash(any) : start(any);
      case 1:
        if (!any.core && may_wipe(any))
          wipe(any);
        return start_if_down(any);
      case 2:
      case 3:
        if (any.core)
          perform(any, any.core->tick());
        return;
      case 4:
        return finish_store(any);
      case 5:
        if (!letters_.empty())
          (void)take_letter();
        return;
      case 6:
      case 7:
        return finish_call();
      default:
        if (!letters_.empty())
          deliver(take_letter());
    }
  }

  void start(slot& x) {
    ++x.incarnation;
    x.core.emplace(x.config, x.id, node_name{x.name}, x.disk, random_.fork());
    perform(x, x.core->start());
  }

  void start_if_down(slot& x) {
    if (!x.core)
      start(x);
  }

  // What was being stored is on the disk or not.
  void crash(slot& x) {
    if (x.storing && random_.chance(0.5))
      x.disk = x.storing;
    x.storing.reset();
    x.core.reset();
  }

  // Whom no founder can tell that there is a charter founds another cluster: as long as
  // anybody has one, some founder keeps it.
  [[nodiscard]] bool may_wipe(const slot& x) const {
    auto holders = 0;
    auto founders = 0;
    for (const auto& other : slots_)
      if (&other != &x && (other.disk || other.storing)) {
        ++holders;
        founders += other.disk && !other.config.founders.empty() ? 1 : 0;
      }
    return holders == 0 || founders > 0;
  }

  void wipe(slot& x) {
    ++wipes_;
    std::erase_if(letters_, [&](const letter& y) { return y.from == x.id; });
    x.id = node_id{random_.draw_uuid()};
    x.disk.reset();
  }

  void finish_store(slot& x) {
    if (!x.storing)
      return;
    x.disk = std::exchange(x.storing, std::nullopt);
    perform(x, x.core->stored());
  }

  [[nodiscard]] bool anybody_storing() const {
    return std::any_of(
      slots_.begin(), slots_.end(), [](const slot& x) { return x.storing.has_value(); });
  }

  slot* find_up(const node_id& id) {
    for (auto& x : slots_)
      if (x.core && x.id == id)
        return &x;
    return nullptr;
  }

  void perform(slot& x, founding::output out) {
    if (out.store) {
      REQUIRE_FALSE(x.storing);
      x.storing = out.store;
    }
    for (auto& each : out.sends)
      if (auto* to = find_up(each.to))
        letters_.push_back({x.id, each.to, to->incarnation, std::move(each.message)});
    for (auto& each : out.dials)
      calls_.push_back(
        {static_cast<std::size_t>(&x - slots_.data()), x.incarnation, std::move(each)});
    if (out.done)
      CHECK(x.disk == out.done);
    CHECK(out.complaints.empty());
  }

  letter take_letter() {
    auto at
      = letters_.begin() + static_cast<std::ptrdiff_t>(random_.below(letters_.size()));
    auto result = std::move(*at);
    letters_.erase(at);
    return result;
  }

  void deliver(const letter& x) {
    if (auto* to = find_up(x.to); to != nullptr && to->incarnation == x.incarnation)
      perform(*to, to->core->heard(x.from, x.content));
  }

  void deliver_all() {
    for (auto& x : std::exchange(letters_, {}))
      deliver(x);
  }

  void finish_call() {
    if (calls_.empty())
      return;
    auto at = calls_.begin() + static_cast<std::ptrdiff_t>(random_.below(calls_.size()));
    auto x = *at;
    calls_.erase(at);
    connect(x);
  }

  void finish_calls() {
    for (const auto& x : std::exchange(calls_, {}))
      connect(x);
  }

  void connect(const call& x) {
    auto& from = slots_[x.from];
    if (!from.core || from.incarnation != x.incarnation)
      return;
    for (auto& to : slots_)
      if (to.core && to.address == x.address) {
        perform(to, to.core->met(from.id, {}));
        perform(from, from.core->met(to.id, x.address));
      }
  }

  // On all disks together, and in what was told.
  void check_one_cluster() const {
    auto clusters = std::set<std::pair<cluster_id, std::string>>{};
    for (const auto& x : slots_) {
      if (x.disk)
        clusters.insert({x.disk->cluster, x.disk->settings});
      if (x.core && x.core->agreed())
        clusters.insert({x.core->agreed()->cluster, x.core->agreed()->settings});
    }
    REQUIRE(clusters.size() <= 1);
  }

  random_source random_;
  std::vector<slot> slots_;
  std::vector<letter> letters_;
  std::vector<call> calls_;
  std::size_t wipes_ = 0;
};

} // namespace

TEST_CASE("founding: whatever happens in any order, one list founds one cluster") {
  auto wipes = std::size_t{0};
  auto founded_early = 0;
  for (auto seed = std::uint64_t{1}; seed <= 2'000; ++seed) {
    CAPTURE(seed);
    auto x = world{seed};
    x.disturb(seed % 4 * 60);
    founded_early += x.anybody_agrees() ? 1 : 0;
    x.calm();
    REQUIRE(x.everybody_agrees());
    wipes += x.wipes();
  }
  // Otherwise the world disturbs too little, or everything.
  CHECK(wipes > 1'000);
  CHECK(founded_early > 200);
  CHECK(founded_early < 1'800);
}

} // namespace troupe::cluster
