#include "apps/lab/world/view_probe.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto look_around_every = duration{100ms};
constexpr auto looks_between_comparisons = std::uint64_t{5};
constexpr auto answer_within = duration{60s};

// A subscriber acknowledges at once, so what was left out comes at once, too.
constexpr auto doubt_within = duration{1s};

// What routers subscribe to.
constexpr auto kinds = {
  registry::entry_kind::provider, registry::entry_kind::consumer,
  registry::entry_kind::shard_role};

} // namespace

void view_probe::start() { look_around(); }

void view_probe::look_around() {
  if (stopped_)
    return;
  for (std::size_t i = 0; i < in_.machines->size(); ++i)
    for (const auto kind : kinds)
      subscribe(i, kind);
  if (++look_count_ % looks_between_comparisons == 0)
    for (const auto& [place, of] : subscribers_)
      if (of && runs(*of))
        if (const auto subject = caf::actor_cast<listener>(of->itself))
          caf::anon_send(subject, caf::tick_atom_v);
  in_.engine->after(look_around_every, [this] { look_around(); });
}

void view_probe::subscribe(std::size_t index, registry::entry_kind kind) {
  const auto& where = *(*in_.machines)[index];
  if (!where.up())
    return;
  const auto at = where.handles().registry;
  auto& place = subscribers_[{index, kind}];
  if (!at || (place && place->registry == at))
    return;
  place = std::make_shared<subscriber>(
    subscriber{index, where.life_count(), kind, at, {}, {}, {}});
  make_listener(place);
}

void view_probe::make_listener(const subscriber_ptr& of) {
  const auto made = in_.engine->system().spawn(
    [this, of](listener::pointer self) -> listener::behavior_type {
      self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
      self->monitor(of->registry);
      self
        ->request(
          of->registry, answer_within,
          registry::subscribe_entries{{of->kind, {}}, registry::registry_listener{self}})
        .then(
          [](caf::ok_atom) {},
          [this, of](const error& why) {
            violated(*of, "is not taken: " + render(why));
          });
      // What comes back is served after all pushes that came before it, and no other.
      const auto look = [this, self, of] {
        self->request(of->registry, answer_within, registry::lookup{of->kind, {}})
          .then(
            [this, of](const std::vector<registry::view_entry>& served) {
              compare(of, served);
            },
            [](const error&) {}); // The node has ended.
      };
      return {
        [this, of, look](const registry::push& x) {
          if (const auto wrong = of->known.take(x))
            violated(*of, *wrong);
          if (x.snapshot)
            of->in_doubt_since.reset();
          look();
          return x.number;
        },
        [look](caf::tick_atom) { look(); }};
    });
  of->itself = made.address();
}

void view_probe::compare(
  const subscriber_ptr& of, const std::vector<registry::view_entry>& served) {
  ++compared_count_;
  of->known.compare(served);
  if (!of->known.doubt()) {
    of->in_doubt_since.reset();
    return;
  }
  const auto now = in_.engine->now();
  if (!of->in_doubt_since)
    of->in_doubt_since = now;
  if (now - *of->in_doubt_since > doubt_within)
    violated(*of, *of->known.doubt() + ", and no snapshot makes up for it");
}

void view_probe::judge() {
  for (const auto& [place, of] : subscribers_)
    if (of && runs(*of) && of->known.doubt())
      violated(*of, *of->known.doubt());
}

bool view_probe::runs(const subscriber& x) const {
  const auto& where = *(*in_.machines)[x.machine];
  return where.up() && where.life_count() == x.life
         && where.handles().registry == x.registry;
}

void view_probe::violated(const subscriber& of, const std::string& what) const {
  if (runs(of))
    in_.violated(
      "subscriptions: of " + registry::to_string(of.kind) + " at "
      + (*in_.machines)[of.machine]->name() + ": " + what);
}

} // namespace troupe::lab
