/// Which links stay open, and for how long.
#include "tests/cluster/links_fixture.hpp"

namespace troupe::cluster::links_test {

TEST_CASE_FIXTURE(fixture, "links_actor: an unused link closes, a pinned one stays") {
  meet();
  caf::anon_send(a.links, pin_link{b.id, true});
  system.advance(2min);
  CHECK(a.news.empty());
  caf::anon_send(a.links, pin_link{b.id, false});
  system.advance(2min);
  CHECK(links_of_a() == 0);
}

TEST_CASE_FIXTURE(fixture, "links_actor: a pin ends with its owner, however often sent") {
  meet();
  auto one = system.spawn(make_pinner, a.links, b.id);
  auto other = system.spawn(make_pinner, a.links, b.id);
  for (auto i = 0; i < 3; ++i)
    caf::anon_send(one, true);
  caf::anon_send(other, true);
  system.settle();
  end(one);
  system.advance(2min);
  CHECK(links_of_a() == 1); // The other's.
  SUBCASE("it ends") { end(other); }
  SUBCASE("it takes it back") { caf::anon_send(other, false); }
  system.advance(2min);
  CHECK(links_of_a() == 0);
}

TEST_CASE_FIXTURE(fixture, "links_actor: nobody's pin keeps a peer that is forgotten") {
  meet();
  auto owner = system.spawn(make_pinner, a.links, b.id);
  caf::anon_send(owner, true);
  caf::anon_send(a.links, pin_link{b.id, true});
  caf::anon_send(a.links, peer_moved{b.id, b.address});
  system.advance(2min);
  CHECK(links_of_a() == 1);
  caf::anon_send(a.links, peer_forgotten{b.id});
  system.advance(2min);
  CHECK(links_of_a() == 0);
  CHECK_FALSE(ask_for<word>(20s, reference(), word{"a"})); // Nor is its address known.
}

TEST_CASE_FIXTURE(fixture, "links_actor: a pinned link whose actor fails is made again") {
  meet();
  caf::anon_send(a.links, pin_link{b.id, true});
  caf::anon_send(a.links, peer_moved{b.id, b.address});
  system.settle();
  caf::anon_send(system.spawn(make_link_killer, a.links), refer{b.id, "echo"});
  system.advance(10s);
  CHECK(links_of_a() == 1);
  REQUIRE_FALSE(a.news.empty());
  CHECK(a.news.back().kind == link::news_kind::up);
}

} // namespace troupe::cluster::links_test
