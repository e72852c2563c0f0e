/// The registry's actor, with links and membership that only listen.
#include "registry/registry_actor.hpp"
#include "tests/registry/samples.hpp"
#include "tests/support/test_context.hpp"

#include <string>
#include <utility>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <doctest/doctest.h>

namespace troupe::registry::test {

namespace {

caf::behavior make_links(caf::event_based_actor*, std::vector<cluster::post>* posts) {
  return {[posts](const cluster::post& x) { posts->push_back(x); }};
}

caf::behavior make_membership(caf::event_based_actor*) {
  return {[](const cluster::subscribe_members&) {}};
}

const auto rule = entry_key{entry_kind::config, "rule", {}};

struct registry_fixture {
  troupe::test::deterministic_system system;
  troupe::test::test_context context{system};
  std::vector<cluster::post> posts;
  registry_actor registry;

  registry_fixture() {
    auto links = caf::actor_cast<cluster::links_actor>(system.spawn(make_links, &posts));
    auto membership
      = caf::actor_cast<cluster::membership_actor>(system.spawn(make_membership));
    registry = system.spawn(
      make_registry, &context, links, membership,
      registry_core{{}, node(1), incarnation{1}, 7, system.clock()->now()});
    system.settle();
  }

  template <class... Ts>
  error trouble_of(Ts&&... xs) {
    auto answer
      = system.self()->request(registry, caf::infinite, std::forward<Ts>(xs)...);
    system.settle();
    auto result = error{};
    answer.receive([](caf::ok_atom) {}, [&](const error& why) { result = why; });
    return result;
  }

  /// "key=value@era/number " of the config entries.
  std::string configs() {
    auto answer
      = system.self()->request(registry, caf::infinite, lookup{entry_kind::config, {}});
    system.settle();
    auto result = std::string{};
    answer.receive(
      [&](const std::vector<view_entry>& found) {
        for (const auto& x : found)
          result += x.key.name + "=" + std::string{as_text(x.value)} + "@"
                    + to_string(x.written) + (x.owner.is_catalog() ? " " : "? ");
      },
      [](const error& why) { FAIL(render(why)); });
    return result;
  }
};

} // namespace

TEST_CASE_FIXTURE(
  registry_fixture, "registry_actor: the catalog's state and changes are served") {
  CHECK(!trouble_of(catalog_state{{1, 5}, {value_at(rule, {1, 4}, "old")}}));
  CHECK(configs() == "rule=old@" + to_string(version{1, 4}) + " ");
  CHECK(!trouble_of(catalog_delta{{1, 5}, {2, 7}, {value_at(rule, {2, 7}, "new")}}));
  CHECK(configs() == "rule=new@" + to_string(version{2, 7}) + " ");
  CHECK(!trouble_of(catalog_delta{{2, 7}, {2, 8}, {tombstone_at(rule, {2, 8})}}));
  CHECK(configs().empty());
}

TEST_CASE_FIXTURE(
  registry_fixture, "registry_actor: changes behind a gap are not taken") {
  auto changes = catalog_delta{{1, 5}, {1, 6}, {value_at(rule, {1, 6}, "x")}};
  CHECK(trouble_of(changes) == ec::wrong_state);
  CHECK(configs().empty());
  CHECK(!trouble_of(catalog_state{{1, 6}, {value_at(rule, {1, 6}, "x")}}));
  CHECK(!trouble_of(changes)); // Known by now.
}

TEST_CASE_FIXTURE(registry_fixture, "registry_actor: what no catalog says is refused") {
  CHECK(
    trouble_of(catalog_state{{1, 5}, {value_at(rule, {1, 6}, "x")}}) == ec::malformed);
  CHECK(
    trouble_of(catalog_delta{{0, 0}, {1, 5}, {value_at(rule, {1, 6}, "x")}})
    == ec::malformed);
}

} // namespace troupe::registry::test
