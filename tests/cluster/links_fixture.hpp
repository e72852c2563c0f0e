/// Two nodes' links in one engine, over the in-process transport: helpers of the tests of
/// what actors on them see of each other.
#pragma once

#include "actors/inprocess_transport.hpp"
#include "actors/messages.hpp"
#include "actors/remote.hpp"
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

using namespace std::chrono_literals;

using echo_actor = caf::typed_actor<
  caf::replies_to<word>::with<word>, caf::replies_to<whisper>::with<word>,
  caf::reacts_to<peer_identity, word>>;

struct heard {
  std::vector<std::string> words;
  std::vector<peer_identity> origins;
};

inline echo_actor::behavior_type make_echo(echo_actor::pointer, heard* log) {
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
inline caf::behavior make_deaf(caf::event_based_actor* self, heard* log) {
  self->set_default_handler(caf::skip);
  return {[self, log](caf::ok_atom) {
    self->become([log](const word& x) { log->words.push_back(x.text); });
  }};
}

inline caf::behavior make_room_counter(caf::event_based_actor*, unsigned* rooms) {
  return {[rooms](actors::room_came) { ++*rooms; }};
}

inline link_listener::behavior_type
make_listener(link_listener::pointer, std::vector<link_news>* log) {
  return {[log](const link_news& x) { log->push_back(x); }};
}

inline caf::behavior make_watcher(caf::event_based_actor* self, std::vector<error>* log) {
  self->set_down_handler([log](const caf::down_msg& x) { log->push_back(x.reason); });
  return {[self](const caf::strong_actor_ptr& x) {
    self->monitor(caf::actor_cast<caf::actor_addr>(x));
  }};
}

/// Pins the link of `a` with `peer`, or takes that back.
inline caf::behavior
make_pinner(caf::event_based_actor* self, const links_actor& links, const node_id& peer) {
  return {[=](bool pinned) { self->send(links, pin_link{peer, pinned}); }};
}

/// Sends notes, and hears what comes back.
inline caf::behavior make_talker(caf::event_based_actor* self, heard* log) {
  return {
    [self](const caf::strong_actor_ptr& to, const word& x) {
      self->send(caf::actor_cast<echo_actor>(to), x);
    },
    [log](const word& x) { log->words.push_back(x.text); },
  };
}

/// Ends the link actor that answers.
inline caf::behavior
make_link_killer(caf::event_based_actor* self, const links_actor& links) {
  return {[=](const refer& x) {
    self->request(links, caf::infinite, x).then([self](const caf::strong_actor_ptr&) {
      caf::anon_send_exit(
        caf::actor_cast<caf::actor>(self->current_sender()), caf::exit_reason::kill);
    });
  }};
}

inline void add_codecs(actors::message_codecs& codecs) {
  codecs.add<word>(
    "test.word", lane::bulk, [](const word& x) { return x.text; },
    [](std::string_view bytes) -> expected<word> { return word{std::string{bytes}}; });
  codecs.tell_undelivered<word>([](const word& x, const error& why) {
    return word{std::string{to_string(code_of(why))} + ": " + x.text};
  });
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

  template <class Actor>
  void end(const Actor& x) {
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    system.settle();
  }

  std::size_t links_of_a() {
    auto list = ask<std::vector<link_summary>>(a.links, atom::list_links_v);
    REQUIRE(list);
    return list->size();
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

} // namespace troupe::cluster::links_test
