#include "apps/lab/chaos/app_load.hpp"

#include <string_view>

namespace troupe::lab {

namespace {

violation violation_of(const std::string& text) {
  constexpr auto between = std::string_view{": "};
  const auto colon = text.find(between);
  if (colon == std::string::npos)
    return {"app", text};
  return {text.substr(0, colon), text.substr(colon + between.size())};
}

} // namespace

app_load::app_load(
  const workload_maker& make, const std::vector<apps::local_node>& nodes,
  random_source random, const run_clock& clock, const std::string& notes_file)
    : on_{nodes, random, clock, notes_file}, what_{make(on_)} {}

app_load::~app_load() { on_.end(); }

void app_load::start() {
  const auto turn = on_.take_turn();
  what_->start();
}

void app_load::stop() {
  const auto turn = on_.take_turn();
  what_->stop();
}

bool app_load::idle() {
  const auto turn = on_.take_turn();
  return what_->idle();
}

void app_load::check() {
  const auto turn = on_.take_turn();
  what_->check();
}

bool app_load::checked() {
  const auto turn = on_.take_turn();
  return what_->checked();
}

std::uint64_t app_load::acked_count() {
  const auto turn = on_.take_turn();
  return what_->acked_count();
}

violations app_load::found() {
  const auto turn = on_.take_turn();
  auto result = violations{};
  for (const auto& x : what_->violations())
    result.push_back(violation_of(x));
  return result;
}

} // namespace troupe::lab
