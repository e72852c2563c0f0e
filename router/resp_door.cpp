#include "router/resp_door.hpp"

#include "actors/base/random.hpp"
#include "router/resp_facts_door.hpp"
#include "router/resp_listener_door.hpp"
#include "router/resp_loop_door.hpp"

#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

namespace troupe::router {

namespace {

class asio_door final : public resp_door {
public:
  asio_door(const resp_door_settings& settings, resp_environment environment)
      : shared_{settings, std::move(environment)} {
    auto random = random_source{shared_.environment.seed};
    for (auto i = 0U; i < settings.door.thread_count; ++i)
      loops_.push_back(std::make_unique<resp_loop>(shared_, random()));
    listener_ = std::make_unique<resp_listener>(
      loops_.front()->context(), shared_.environment.log, [this] { return next_home(); });
  }

  // The listener's thread is the first loop's, and deals connections out to the others.
  ~asio_door() override {
    for (auto& loop : loops_)
      loop->end();
  }

  [[nodiscard]] const actors::address& where() const override {
    return listener_->where();
  }

  error start(const actors::address& where) {
    if (auto why = listener_->open(where))
      return why;
    shared_.port = listener_->where().port;
    listener_->start();
    for (auto& loop : loops_)
      loop->start();
    return {};
  }

private:
  resp_listener::home next_home() {
    auto& loop = *loops_[next_++ % loops_.size()];
    return {&loop.context(), [&loop](auto socket) { loop.adopt(std::move(socket)); }};
  }

  resp_shared shared_;
  std::vector<std::unique_ptr<resp_loop>> loops_;
  std::size_t next_ = 0; // The listener's thread alone.
  std::unique_ptr<resp_listener> listener_;
};

} // namespace

expected<std::unique_ptr<resp_door>> resp_door::open(
  const actors::address& where, const resp_door_settings& settings,
  resp_environment environment) {
  auto door = std::make_unique<asio_door>(settings, std::move(environment));
  if (auto why = door->start(where))
    return why;
  return std::unique_ptr<resp_door>{std::move(door)};
}

} // namespace troupe::router
