#include "apps/lab/sim_result_json.hpp"

#include <nlohmann/json.hpp>

namespace troupe::lab {

namespace {

using json = nlohmann::ordered_json;

std::string dump(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

json line_of(const sim_result& x) {
  return {
    {"seed", x.seed},
    {"hash", x.hash},
    {"events", x.event_count},
    {"acked", x.acked_count},
    {"elections", x.election_count},
    {"crashes", x.crash_count},
    {"faults", x.faults},
    {"violations", x.violations}};
}

json to_json(const planned_fault& x) {
  auto result = json{
    {"number", x.number}, {"at", x.at.count()}, {"kind", x.kind}, {"seed", x.seed}};
  if (x.target)
    result["target"] = *x.target;
  if (x.length)
    result["length"] = x.length->count();
  return result;
}

planned_fault fault_of(const json& x) {
  auto result = planned_fault{
    .number = x.at("number"),
    .at = duration{x.at("at").get<duration::rep>()},
    .kind = x.at("kind"),
    .seed = x.at("seed")};
  if (x.contains("target"))
    result.target = x.at("target").get<std::string>();
  if (x.contains("length"))
    result.length = duration{x.at("length").get<duration::rep>()};
  return result;
}

} // namespace

std::string print_line(const sim_result& x) { return dump(line_of(x)); }

std::string print_result(const sim_result& x) {
  auto result = line_of(x);
  result["options"] = x.options;
  result["clients"] = x.client_count;
  result["last_events"] = x.last_events;
  result["counters"] = x.counters;
  result["simulated"] = x.simulated.count();
  auto& plan = result["plan"] = json::array();
  for (const auto& fault : x.plan)
    plan.push_back(to_json(fault));
  return dump(result);
}

expected<sim_result> parse_result(std::string_view text) {
  try {
    const auto from = json::parse(text);
    auto result = sim_result{};
    from.at("seed").get_to(result.seed);
    from.at("hash").get_to(result.hash);
    from.at("events").get_to(result.event_count);
    from.at("acked").get_to(result.acked_count);
    from.at("elections").get_to(result.election_count);
    from.at("crashes").get_to(result.crash_count);
    from.at("faults").get_to(result.faults);
    from.at("violations").get_to(result.violations);
    from.at("options").get_to(result.options);
    from.at("clients").get_to(result.client_count);
    from.at("last_events").get_to(result.last_events);
    from.at("counters").get_to(result.counters);
    result.simulated = duration{from.at("simulated").get<duration::rep>()};
    for (const auto& fault : from.at("plan"))
      result.plan.push_back(fault_of(fault));
    return result;
  } catch (const json::exception& x) {
    return fail(ec::malformed, x.what());
  }
}

} // namespace troupe::lab
