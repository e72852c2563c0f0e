/// Two nodes' links in one engine, over the in-process transport: what actors on them see
/// of each other.
#include "actors/inprocess_transport.hpp"
#include "cluster/links_actor.hpp"
#include "cluster/membership_wire.hpp"
#include "tests/support/test_context.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <doctest/doctest.h>

namespace troupe::cluster::links_test {

/// Crosses links.
struct word {
  std::string text;
};

/// Does not.
struct whisper {
  std::string text;
};

} // namespace troupe::cluster::links_test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::links_test::word)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::links_test::whisper)

namespace troupe::cluster::links_test {

namespace {

using namespace std::chrono_literals;

using echo_actor = caf::typed_actor<
  caf::replies_to<word>::with<word>, caf::replies_to<whisper>::with<word>,
  caf::reacts_to<peer_identity, word>>;

struct heard {
  std::vector<std::string> words;
  std::vector<peer_identity> origins;
};

echo_actor::behavior_type make_echo(echo_actor::pointer, heard* log) {
  return {
    [log](const word& x) {
      log->words.push_back(x.text);
      return word{"re: " + x.text};
    },
    [](const whisper&) { return word{}; },
    [log](const peer_identity& from, const word& x) {
      log->origins.push_back(from);
      log->words.push_back(x.text);
    },
  };
}

/// Takes nothing out of its mailbox until it is told to go on.
caf::behavior make_deaf(caf::event_based_actor* self, heard* log) {
  self->set_default_handler(caf::skip);
  return {[self, log](caf::ok_atom) {
    self->become([log](const word& x) { log->words.push_back(x.text); });
  }};
}

link_listener::behavior_type
make_listener(link_listener::pointer, std::vector<link_news>* log) {
  return {[log](const link_news& x) { log->push_back(x); }};
}

caf::behavior make_watcher(caf::event_based_actor* self, std::vector<error>* log) {
  self->set_down_handler([log](const caf::down_msg& x) { log->push_back(x.reason); });
  return {[self](const caf::strong_actor_ptr& x) {
    self->monitor(caf::actor_cast<caf::actor_addr>(x));
  }};
}

void add_codecs(actors::message_codecs& codecs) {
  codecs.add<word>(
    "test.word", lane::bulk, [](const word& x) { return x.text; },
    [](std::string_view bytes) -> expected<word> { return word{std::string{bytes}}; });
}

struct test_node {
  test_node(
    test::deterministic_system& system, actors::transport* transport,
    const actors::message_codecs* codecs, std::uint64_t number)
      : context{system},
        environment{&context, transport, codecs, &directory}, id{uuid{0, number}} {
    auto name = "n" + std::to_string(number);
    address = name + ":7400";
    auto self = local_identity{
      "mall", {}, {id, node_name{name}, incarnation{1}, link_role::node}, address};
    links = system.spawn(
      make_links, &environment, link_config{}, std::move(self), random_source{number});
  }

  test::test_context context;
  actors::directory directory;
  link_environment environment;
  node_id id;
  std::string address;
  links_actor links;
  std::vector<link_news> news;
};

struct fixture {
  fixture() {
    add_codecs(codecs);
    echo = system.spawn(make_echo, &log);
    b.directory.put("echo", caf::actor_cast<caf::strong_actor_ptr>(echo));
    for (auto* x : {&a, &b}) {
      CHECK(ask<std::string>(x->links, listen_at{x->address}) == x->address);
      caf::anon_send(x->links, subscribe_links{system.spawn(make_listener, &x->news)});
    }
    system.settle();
  }

  ~fixture() {
    a.directory.clear();
    b.directory.clear();
  }

  /// The answer after `wait`; an error when there is none by then.
  template <class Answer, class Handle, class... Ts>
  expected<Answer> ask_for(duration wait, const Handle& whom, Ts&&... xs) {
    auto request = system.self()->request(whom, caf::infinite, std::forward<Ts>(xs)...);
    system.advance(wait);
    auto result = expected<Answer>{error{ec::internal}};
    request.receive(
      [&](Answer& x) { result = std::move(x); },
      [&](error& why) { result = actors::ours(why); });
    return result;
  }

  template <class Answer, class Handle, class... Ts>
  expected<Answer> ask(const Handle& whom, Ts&&... xs) {
    return ask_for<Answer>(0s, whom, std::forward<Ts>(xs)...);
  }

  echo_actor reference(const std::string& name = "echo") {
    auto result = ask<caf::strong_actor_ptr>(a.links, refer{b.id, name});
    REQUIRE(result);
    return caf::actor_cast<echo_actor>(*result);
  }

  void meet() {
    REQUIRE(ask<peer_identity>(a.links, contact{b.address}));
    a.news.clear();
    b.news.clear();
  }

  void kill(test_node& x) {
    caf::anon_send_exit(x.links, caf::exit_reason::kill);
    system.settle();
  }

  test::deterministic_system system;
  actors::inprocess_transport transport;
  actors::message_codecs codecs;
  test_node a{system, &transport, &codecs, 1};
  test_node b{system, &transport, &codecs, 2};
  heard log;
  echo_actor echo;
};

} // namespace

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

TEST_CASE_FIXTURE(fixture, "links_actor: an unused link closes, a pinned one stays") {
  meet();
  caf::anon_send(a.links, pin_link{b.id, true});
  system.advance(2min);
  CHECK(a.news.empty());
  caf::anon_send(a.links, pin_link{b.id, false});
  system.advance(2min);
  auto list = ask<std::vector<link_summary>>(a.links, atom::list_links_v);
  REQUIRE(list);
  CHECK(list->empty());
}

} // namespace troupe::cluster::links_test
