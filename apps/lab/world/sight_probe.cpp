#include "apps/lab/world/sight_probe.hpp"

#include "apps/lab/sim_options.hpp"
#include "apps/lab/world/ask.hpp"

#include <algorithm>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto look_every = duration{1s};
constexpr auto look_within = duration{10s};

bool works(const machine& x) { return x.up() && !x.paused(); }

} // namespace

void sight_probe::look_around() {
  if (stopped_)
    return;
  for (std::size_t i = 0; i < in_.machines->size(); ++i)
    if (works(at(i)))
      look_from(i);
  in_.engine->after(look_every, [this] { look_around(); });
}

void sight_probe::look_from(std::size_t observer) {
  const auto handles = at(observer).handles();
  const auto current = [this, observer, life = at(observer).life_count()] {
    return !stopped_ && at(observer).life_count() == life && works(at(observer));
  };
  const auto silent = [](const error&) {}; // Its node has ended, or is busy.
  if (handles.membership)
    ask<std::vector<cluster::member>>(
      in_.engine->system(), handles.membership, look_within, cluster::atom::members_v,
      [this, observer, current](const std::vector<cluster::member>& seen) {
        if (current())
          compare_members(observer, seen);
      },
      silent);
  if (handles.registry)
    ask<std::vector<registry::view_entry>>(
      in_.engine->system(), handles.registry, look_within,
      registry::lookup{registry::entry_kind::provider, {}},
      [this, observer, current](const std::vector<registry::view_entry>& seen) {
        if (current())
          compare_providers(observer, seen);
      },
      silent);
}

void sight_probe::compare_members(
  std::size_t observer, const std::vector<cluster::member>& seen) {
  for (std::size_t i = 0; i < in_.machines->size(); ++i) {
    const auto wrong = works(at(i)) && std::ranges::any_of(seen, [&](const auto& x) {
                         return x.state == cluster::member_state::dead
                                && x.node.id == at(i).identity()->id;
                       });
    judge(sight::member, observer, i, wrong);
  }
}

/// A node that is not ready may not offer its services yet.
void sight_probe::compare_providers(
  std::size_t observer, const std::vector<registry::view_entry>& seen) {
  for (std::size_t i = 0; i < in_.machines->size(); ++i) {
    const auto due = works(at(i)) && at(i).ready() && at(observer).ready();
    const auto count = !due ? 0 : std::ranges::count_if(seen, [&](const auto& x) {
      return x.owner == registry::owner_id{at(i).identity()->id};
    });
    const auto wrong = due && static_cast<std::size_t>(count) != *in_.service_count;
    judge(sight::providers, observer, i, wrong);
  }
}

void sight_probe::judge(
  sight what, std::size_t observer, std::size_t subject, bool wrong) {
  const auto now = in_.engine->now();
  const auto calm = std::max(
    {at(observer).undisturbed_since(), at(subject).undisturbed_since(),
     in_.calm->calm_since(observer, subject)});
  judged_count_ += calm + patience < now ? 1 : 0;
  const auto place = std::pair{what, std::pair{observer, subject}};
  if (!wrong) {
    errors_.erase(place);
    return;
  }
  auto& known = errors_[place];
  const auto lives = std::pair{at(observer).life_count(), at(subject).life_count()};
  if (std::pair{known.observer_life, known.subject_life} != lives)
    known = {lives.first, lives.second, now};
  const auto lasted = now - std::max(known.since, calm);
  if (lasted <= patience)
    return;
  const auto took = print_seconds(lasted) + " s";
  in_.violated(
    what == sight::member
      ? "membership: " + at(observer).name() + " takes " + at(subject).name()
          + ", which runs and can be reached, for dead for " + took
      : "registry: " + at(observer).name() + " does not see the services of "
          + at(subject).name() + ", which can be reached, for " + took);
}

} // namespace troupe::lab
