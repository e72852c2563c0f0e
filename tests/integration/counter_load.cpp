// Calls test.Counter through one node, with many calls under way, and prints a line for
// each: its id, `ok` or an error's code, and the milliseconds it took.
//
//     counter_load HOST:PORT METHOD CALLS IN_FLIGHT PREFIX
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

  void run(int calls, int in_flight) {
    for (auto i = 0; i < calls; ++i) {
      auto lock = std::unique_lock{mutex_};
      changed_.wait(lock, [&] { return under_way_ < in_flight; });
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
  int under_way_ = 0;
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "usage: counter_load HOST:PORT METHOD CALLS IN_FLIGHT PREFIX\n";
    return 2;
  }
  auto client = apps::admin_client{};
  if (auto why = client.connect(argv[1], 10s)) {
    std::cerr << render(why) << '\n';
    return 1;
  }
  load{client, argv[2], argv[5]}.run(std::atoi(argv[3]), std::atoi(argv[4]));
  return 0;
}
