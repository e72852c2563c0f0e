#include "tests/router/resp_door_fixture.hpp"

#include <utility>

namespace troupe::router::test {

namespace {

constexpr auto shard_here = shard_id{1};
constexpr auto shard_elsewhere = shard_id{2};

data_node node_called(std::string name, std::string resp) {
  return {node_name{std::move(name)}, incarnation{1}, {"", std::move(resp), ""}, true};
}

} // namespace

resp_door_fixture::resp_door_fixture(resp_door_settings settings) {
  publish(self, other);
  auto opened = resp_door::open(
    {"127.0.0.1", 0}, settings,
    {.clock = &clock,
     .board = &board,
     .sessions = &sessions,
     .metrics = &metrics,
     .forward_to = [this](forward x) { forward_to(std::move(x)); },
     .log = {},
     .version = "0.0.0",
     .seed = 1});
  REQUIRE(opened);
  door = std::move(*opened);
}

resp_door_fixture::~resp_door_fixture() {
  door.reset();
  board.clear();
  caf::anon_send_exit(replica, caf::exit_reason::user_shutdown);
  replica = nullptr;
}

void resp_door_fixture::publish(
  std::optional<node_id> here_master, std::optional<node_id> there_master) {
  auto next = std::make_shared<data_snapshot>();
  next->version = ++version_;
  next->self = self;
  next->local.emplace(shard_here, replica);
  auto slots = storage::slot_map{
    {{{slot{0}, slot{8'191}}, shard_here},
     {{slot{8'192}, slot{16'383}}, shard_elsewhere}}};
  auto shards = std::map<shard_id, shard_route>{
    {shard_here, {epoch{version_}, here_master, {self, other}}},
    {shard_elsewhere, {epoch{version_}, there_master, {self, other}}}};
  auto nodes = std::map<node_id, data_node>{
    {self, node_called("n1", "127.0.0.1:7501")},
    {other, node_called("n2", "127.0.0.1:7502")}};
  next->map = std::make_shared<data_map>(
    version_, std::move(slots), std::move(shards), std::move(nodes));
  board.publish(std::move(next));
}

void resp_door_fixture::forward_to(forward x) {
  {
    auto lock = std::lock_guard{mutex_};
    forwards_.push_back(x.requests.size());
  }
  auto answers = std::vector<storage::data_answer>{};
  for (auto& request : x.requests)
    if (auto answer = there->answer(request))
      answers.push_back(std::move(*answer));
  if (!answers.empty())
    x.to->take(x.shard, std::move(answers));
}

double resp_door_fixture::metrics_of(std::string_view name) const {
  for (const auto& family : metrics.snapshot())
    if (family.name == name) {
      const auto& value = family.samples.front().value;
      const auto* count = std::get_if<std::uint64_t>(&value);
      return count != nullptr ? static_cast<double>(*count) : std::get<double>(value);
    }
  FAIL("no such metric");
  return 0;
}

std::vector<std::size_t> resp_door_fixture::forwards() const {
  auto lock = std::lock_guard{mutex_};
  return forwards_;
}

} // namespace troupe::router::test
