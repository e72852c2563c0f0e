/// What actors of two linked nodes see of each other.
#include "tests/cluster/links_fixture.hpp"

namespace troupe::cluster::links_test {

TEST_CASE_FIXTURE(
  fixture, "links_actor: a contact tells who is there, and both ends hear of the link") {
  auto peer = ask<peer_identity>(a.links, contact{b.address});
  REQUIRE(peer);
  CHECK(peer->id == b.id);
  CHECK(peer->name == node_name{"n2"});
  REQUIRE(a.news.size() == 1);
  CHECK(a.news[0].kind == link::news_kind::up);
  CHECK(a.news[0].peer.id == b.id);
  REQUIRE(b.news.size() == 1);
  CHECK(b.news[0].peer.id == a.id);
  CHECK(b.news[0].address == a.address);
}

TEST_CASE_FIXTURE(fixture, "links_actor: a contact to a standing link leaves it alone") {
  meet();
  for (const auto* from : {&a, &b}) {
    const auto& to = from == &a ? b : a;
    auto peer = ask_for<peer_identity>(1s, from->links, contact{to.address});
    REQUIRE(peer);
    CHECK(peer->id == to.id);
  }
  CHECK(a.news.empty());
  CHECK(b.news.empty());
}

TEST_CASE_FIXTURE(fixture, "links_actor: a contact to a peer that is gone dials again") {
  meet();
  kill(b);
  auto peer = ask_for<peer_identity>(20s, a.links, contact{b.address});
  REQUIRE_FALSE(peer);
  CHECK(code_of(peer.error()) == ec::unreachable);
}

TEST_CASE_FIXTURE(
  fixture, "links_actor: who subscribes later hears of the links that are up") {
  meet();
  caf::anon_send(a.links, subscribe_links{system.spawn(make_listener, &a.news)});
  system.settle();
  REQUIRE(a.news.size() == 1);
  CHECK(a.news[0].kind == link::news_kind::up);
}

TEST_CASE_FIXTURE(fixture, "links_actor: a contact where nobody listens fails") {
  auto peer = ask_for<peer_identity>(20s, a.links, contact{"n9:7400"});
  REQUIRE_FALSE(peer);
  CHECK(code_of(peer.error()) == ec::unreachable);
}

TEST_CASE_FIXTURE(fixture, "links_actor: a contact with ourselves fails") {
  auto peer = ask_for<peer_identity>(20s, a.links, contact{a.address});
  REQUIRE_FALSE(peer);
  CHECK(code_of(peer.error()) == ec::already_exists);
}

TEST_CASE_FIXTURE(
  fixture, "links_actor: both ends warn of a link between two clusters, once") {
  caf::anon_send(a.links, cluster_joined{cluster_id{uuid{7, 1}}});
  caf::anon_send(b.links, cluster_joined{cluster_id{uuid{7, 2}}});
  system.settle();
  for (auto round = 0; round < 2; ++round) {
    auto peer = ask_for<peer_identity>(20s, a.links, contact{b.address});
    REQUIRE_FALSE(peer);
    CHECK(code_of(peer.error()) == ec::foreign_cluster);
  }
  for (auto* x : {&a, &b}) {
    auto warnings = std::vector<std::string>{};
    for (const auto& line : x->context.lines)
      if (line.find("level=warn") != std::string::npos)
        warnings.push_back(line);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("a link was refused") != std::string::npos);
    CHECK(warnings[0].find(" peer=") != std::string::npos);
    CHECK(warnings[0].find(to_string(cluster_id{uuid{7, 1}})) != std::string::npos);
    CHECK(warnings[0].find(to_string(cluster_id{uuid{7, 2}})) != std::string::npos);
    CHECK(warnings[0].find("another seed") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(fixture, "links_actor: a request through a reference is answered") {
  meet();
  auto answer = ask<word>(reference(), word{"hello"});
  REQUIRE(answer);
  CHECK(answer->text == "re: hello");
}

TEST_CASE_FIXTURE(fixture, "links_actor: a request dials a peer whose address is known") {
  caf::anon_send(a.links, peer_moved{b.id, b.address});
  auto answer = ask<word>(reference(), word{"hello"});
  REQUIRE(answer);
  CHECK(answer->text == "re: hello");
}

TEST_CASE_FIXTURE(fixture, "links_actor: a request to a name that nobody has fails") {
  meet();
  auto answer = ask<word>(reference("nobody"), word{"hello"});
  REQUIRE_FALSE(answer);
  CHECK(code_of(answer.error()) == ec::not_found);
}

TEST_CASE_FIXTURE(fixture, "links_actor: a type without a codec fails at once") {
  meet();
  auto answer = ask<word>(reference(), whisper{"hello"});
  REQUIRE_FALSE(answer);
  CHECK(code_of(answer.error()) == ec::not_remotable);
}

TEST_CASE_FIXTURE(fixture, "links_actor: a post comes with the identity of its node") {
  meet();
  caf::anon_send(a.links, post{b.id, "echo", caf::make_message(word{"news"})});
  system.settle();
  REQUIRE(log.origins.size() == 1);
  CHECK(log.origins[0].id == a.id);
  CHECK(log.words == std::vector<std::string>{"news"});
}

TEST_CASE_FIXTURE(
  fixture, "links_actor: a note that cannot leave is told to its sender") {
  auto talker = system.spawn(make_talker, &log);
  auto to = caf::actor_cast<caf::strong_actor_ptr>(reference());
  caf::anon_send(talker, to, word{"hello"}); // Nobody knows where the peer is.
  system.settle();
  CHECK(log.words == std::vector<std::string>{"unreachable: hello"});
}

TEST_CASE_FIXTURE(fixture, "links_actor: a request in flight fails with the link") {
  b.directory.put(
    "deaf", caf::actor_cast<caf::strong_actor_ptr>(system.spawn(make_deaf, &log)));
  meet();
  auto deaf = reference("deaf");
  auto request = system.self()->request(deaf, caf::infinite, word{"hello"});
  system.settle();
  kill(b);
  system.advance(100ms);
  request.receive(
    [](const word&) { FAIL("nobody answered"); },
    [](error& why) { CHECK(code_of(actors::ours(why)) == ec::link_lost); });
}

TEST_CASE_FIXTURE(fixture, "links_actor: a monitor fires when the remote actor ends") {
  meet();
  auto ends = std::vector<error>{};
  auto watcher = system.spawn(make_watcher, &ends);
  caf::anon_send(watcher, caf::actor_cast<caf::strong_actor_ptr>(reference()));
  system.settle();
  CHECK(ends.empty());
  caf::anon_send_exit(echo, caf::exit_reason::user_shutdown);
  system.settle();
  CHECK(ends.size() == 1);
}

TEST_CASE_FIXTURE(
  fixture, "links_actor: a monitor fires when the node is gone for down_after") {
  meet();
  auto ends = std::vector<error>{};
  auto watcher = system.spawn(make_watcher, &ends);
  caf::anon_send(watcher, caf::actor_cast<caf::strong_actor_ptr>(reference()));
  system.settle();
  kill(b);
  system.advance(900ms);
  CHECK(ends.empty());
  system.advance(400ms);
  REQUIRE(ends.size() == 1);
  REQUIRE(a.news.size() == 2);
  CHECK(a.news[0].kind == link::news_kind::lost);
  CHECK(a.news[1].kind == link::news_kind::down);
}

TEST_CASE_FIXTURE(
  fixture, "links_actor: a monitor fires at once when membership says dead") {
  meet();
  auto ends = std::vector<error>{};
  auto watcher = system.spawn(make_watcher, &ends);
  caf::anon_send(watcher, caf::actor_cast<caf::strong_actor_ptr>(reference()));
  system.settle();
  caf::anon_send(a.links, peer_died{b.id, incarnation{1}});
  system.settle();
  CHECK(ends.size() == 1);
}

TEST_CASE_FIXTURE(
  fixture, "links_actor: a receiver that takes nothing stops the sender") {
  auto receiver = system.spawn(make_deaf, &log);
  b.directory.put("deaf", caf::actor_cast<caf::strong_actor_ptr>(receiver));
  meet();
  auto deaf = reference("deaf");
  constexpr auto megabyte = std::size_t{1} << 20;
  for (auto i = 0; i < 40; ++i)
    caf::anon_send(deaf, word{std::string(megabyte, 'x')});
  system.settle();
  caf::anon_send(receiver, caf::ok_atom_v);
  system.settle();
  // The window and the queue hold 4 MiB each, and either may run over by one message.
  CHECK(log.words.size() >= 6);
  CHECK(log.words.size() <= 10);
  auto more = log.words.size();
  caf::anon_send(deaf, word{"again"});
  system.settle();
  CHECK(log.words.size() == more + 1);
}

TEST_CASE_FIXTURE(
  fixture, "links_actor: who claims room loses nothing to a peer that takes nothing") {
  auto receiver = system.spawn(make_deaf, &log);
  b.directory.put("deaf", caf::actor_cast<caf::strong_actor_ptr>(receiver));
  meet();
  auto deaf = caf::actor_cast<caf::strong_actor_ptr>(reference("deaf"));
  auto rooms = 0U;
  auto waiter
    = caf::actor_cast<caf::strong_actor_ptr>(system.spawn(make_room_counter, &rooms));
  constexpr auto megabyte = std::size_t{1} << 20;
  auto sent = 0U;
  while (actors::claim_room(deaf, megabyte, waiter) == actors::claim::granted) {
    ++sent;
    actors::send_claimed(
      deaf, nullptr, caf::make_message(word{std::string(megabyte, 'x')}), megabyte);
    system.settle();
  }
  system.settle();
  CHECK(sent >= 6);
  CHECK(sent <= 10);
  CHECK(rooms == 0);
  CHECK(
    actors::claim_room(deaf, link_config{}.frame_bytes_max, waiter)
    == actors::claim::never);
  caf::anon_send(reference("deaf"), word{"unasked"}); // It has room of its own.
  system.settle();
  caf::anon_send(receiver, caf::ok_atom_v);
  system.settle();
  CHECK(rooms == 1);
  CHECK(log.words.size() == sent + 1);
  CHECK(actors::claim_room(deaf, megabyte, waiter) == actors::claim::granted);
}

TEST_CASE_FIXTURE(fixture, "links_actor: who waits for room hears of the link's end") {
  b.directory.put(
    "deaf", caf::actor_cast<caf::strong_actor_ptr>(system.spawn(make_deaf, &log)));
  meet();
  auto deaf = caf::actor_cast<caf::strong_actor_ptr>(reference("deaf"));
  auto rooms = 0U;
  auto waiter
    = caf::actor_cast<caf::strong_actor_ptr>(system.spawn(make_room_counter, &rooms));
  constexpr auto most = link_config{}.queue_bytes_max;
  REQUIRE(actors::claim_room(deaf, most, waiter) == actors::claim::granted);
  REQUIRE(actors::claim_room(deaf, most, waiter) == actors::claim::refused);
  // Asking twice is waiting once.
  REQUIRE(actors::claim_room(deaf, most, waiter) == actors::claim::refused);
  system.settle();
  CHECK(rooms == 0);
  kill(a);
  CHECK(rooms == 1);
  CHECK(actors::claim_room(deaf, 1, waiter) == actors::claim::refused);
}

TEST_CASE_FIXTURE(fixture, "links_actor: leaving tells the peers and ends") {
  meet();
  CHECK(ask_for<caf::ok_atom>(10s, b.links, atom::leave_links_v));
  REQUIRE_FALSE(a.news.empty());
  CHECK(a.news.back().kind == link::news_kind::down);
  auto peer = ask_for<peer_identity>(20s, a.links, contact{b.address});
  CHECK_FALSE(peer);
}

TEST_CASE_FIXTURE(fixture, "links_actor: lists its links") {
  meet();
  auto list = ask<std::vector<link_summary>>(a.links, atom::list_links_v);
  REQUIRE(list);
  REQUIRE(list->size() == 1);
  CHECK(list->front().peer.id == b.id);
  CHECK(list->front().address == b.address);
  CHECK(list->front().up);
}

} // namespace troupe::cluster::links_test
