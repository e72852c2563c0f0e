#include "apps/inject/injected_transport.hpp"

#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace troupe::apps {

namespace {

class injected_connection final : public actors::connection {
public:
  injected_connection(
    actors::connection_ptr below, injector_actor injector,
    std::shared_ptr<injected_backlog> backlog)
      : below_{std::move(below)}, injector_{std::move(injector)}, backlog_{
                                                                    std::move(backlog)} {}

  ~injected_connection() override { caf::anon_send(injector_, injected_close{id()}); }

  [[nodiscard]] actors::connection_id id() const override { return below_->id(); }
  [[nodiscard]] const std::string& peer() const override { return below_->peer(); }

  void read(actors::connection_owner owner) override {
    caf::anon_send(injector_, injected_read{id(), std::move(owner)});
  }

  void write(byte_buffer bytes) override {
    if (backlog_->over)
      return;
    backlog_->bytes += bytes.size();
    caf::anon_send(injector_, injected_write{id(), std::move(bytes)});
  }

  [[nodiscard]] std::size_t unsent_bytes() const override {
    return backlog_->bytes + below_->unsent_bytes();
  }

  void close() override { caf::anon_send(injector_, injected_close{id()}); }

private:
  actors::connection_ptr below_;
  injector_actor injector_;
  std::shared_ptr<injected_backlog> backlog_;
};

} // namespace

actors::connection_ptr make_injected_connection(
  actors::connection_ptr below, injector_actor injector,
  std::shared_ptr<injected_backlog> backlog) {
  return std::make_shared<injected_connection>(
    std::move(below), std::move(injector), std::move(backlog));
}

void injected_transport::attach(injector_actor injector) {
  auto guard = std::lock_guard{mutex_};
  injector_ = std::move(injector);
}

injector_actor injected_transport::injector() const {
  auto guard = std::lock_guard{mutex_};
  return injector_;
}

expected<std::unique_ptr<actors::listener>>
injected_transport::listen(const actors::address& where, actors::listener_owner owner) {
  auto through = injector();
  if (!through)
    return fail(ec::stopping, "the node's injector does not run");
  // A node listens at one place: all that is accepted goes to the latest owner.
  caf::anon_send(through, injected_listen{std::move(owner)});
  return below_->listen(where, caf::actor_cast<actors::listener_owner>(through));
}

void injected_transport::dial(
  const actors::address& where, actors::dial_id id, duration deadline,
  actors::dial_owner owner) {
  if (auto through = injector())
    caf::anon_send(through, injected_dial{where, id, deadline, std::move(owner)});
  else
    caf::anon_send(
      owner,
      actors::dial_failed{id, fail(ec::stopping, "the node's injector does not run")});
}

} // namespace troupe::apps
