#include "apps/lab/chaos/watcher.hpp"

#include "apps/node/admin_client.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <utility>

namespace troupe::lab {

namespace {

using namespace std::chrono_literals;

constexpr auto interval = 200ms;
constexpr auto deadline = 500ms;
constexpr auto silent = "silent";

} // namespace

class watcher::observer {
public:
  observer(apps::local_node node, const run_clock& clock, const std::atomic<bool>& end)
      : node_{std::move(node)}, clock_{clock}, end_{end} {}

  void run() {
    while (!end_) {
      look();
      std::this_thread::sleep_for(interval);
    }
  }

  std::vector<member_sample> take() { return std::move(samples_); }

private:
  void look() {
    // Anew each time: the node may have been started again.
    if (client_.connect(to_string(node_.link), deadline))
      return note(node_.name, silent);
    const auto status = client_.ask(apps::status_query{}, deadline);
    const auto members = client_.ask(apps::members_query{}, deadline);
    if (!status || !members)
      return note(node_.name, silent);
    note(node_.name, status->phase);
    for (const auto& x : members->members)
      if (x.name.value() != node_.name)
        note(x.name.value(), x.state);
  }

  void note(const std::string& subject, const std::string& state) {
    if (std::exchange(last_[subject], state) != state)
      samples_.push_back({clock_.now(), node_.name, subject, state});
  }

  apps::local_node node_;
  const run_clock& clock_;
  const std::atomic<bool>& end_;
  apps::admin_client client_;
  std::map<std::string, std::string> last_;
  std::vector<member_sample> samples_;
};

watcher::watcher(const std::vector<apps::local_node>& nodes, const run_clock& clock) {
  for (const auto& node : nodes)
    observers_.push_back(std::make_unique<observer>(node, clock, stopping_));
  for (auto& x : observers_)
    threads_.emplace_back([one = x.get()] { one->run(); });
}

watcher::~watcher() { static_cast<void>(stop()); }

std::vector<member_sample> watcher::stop() {
  stopping_ = true;
  for (auto& x : threads_)
    x.join();
  threads_.clear();
  auto result = std::vector<member_sample>{};
  for (auto& x : observers_)
    std::ranges::move(x->take(), std::back_inserter(result));
  std::ranges::stable_sort(result, {}, &member_sample::at);
  return result;
}

} // namespace troupe::lab
