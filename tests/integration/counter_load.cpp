#include "tests/integration/counter_load.hpp"

#include "apps/node/admin_client.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string>

namespace {

using namespace troupe;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

class load {
public:
  load(apps::admin_client& client, std::string method, std::string prefix)
      : client_{client}, method_{std::move(method)}, prefix_{std::move(prefix)} {}

  void run(std::uint32_t call_count, std::uint32_t in_flight_max) {
    for (auto i = std::uint32_t{0}; i < call_count; ++i) {
      auto lock = std::unique_lock{mutex_};
      changed_.wait(lock, [&] { return under_way_ < in_flight_max; });
      ++under_way_;
      lock.unlock();
      call(prefix_ + std::to_string(i));
    }
    auto lock = std::unique_lock{mutex_};
    changed_.wait(lock, [&] { return under_way_ == 0; });
  }

private:
  void call(const std::string& id) {
    auto command = apps::call_command{
      "test.Counter", method_, R"({"id": ")" + id + R"("})", method_ == "Count"};
    auto begin = clock_type::now();
    client_.ask_later(
      command, 30s, [this, id, begin](const expected<apps::call_reply>& reply) {
        auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
          clock_type::now() - begin);
        auto guard = std::lock_guard{mutex_};
        std::cout << id << ' '
                  << (reply ? std::string_view{"ok"} : to_string(code_of(reply.error())))
                  << ' ' << took.count() << std::endl;
        --under_way_;
        changed_.notify_one();
      });
  }

  apps::admin_client& client_;
  std::string method_;
  std::string prefix_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint32_t under_way_ = 0;
};

} // namespace

namespace troupe::test {

expected<int> run_load(const load_options& x) {
  auto client = apps::admin_client{};
  if (auto why = client.connect(to_string(x.connect), 10s))
    return why;
  load{client, x.method, x.prefix}.run(x.call_count, x.in_flight_max);
  return EXIT_SUCCESS;
}

} // namespace troupe::test
