#include "storage/replica_askers_actor.hpp"

#include "actors/remote.hpp"

#include <algorithm>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/make_message.hpp>

namespace troupe::storage {

/// Answers an asker of another node.
class remote_sink final : public answer_sink,
                          public std::enable_shared_from_this<remote_sink> {
public:
  remote_sink(remote_askers* owner, caf::strong_actor_ptr to)
      : owner_{owner}, to_{std::move(to)}, answers_{owner->config_} {}

  void take(shard_id from, std::vector<data_answer> answers) override {
    shard_ = from;
    add(std::move(answers));
    if (!refused_)
      send();
  }

  /// Sends what there is room for.
  void send() {
    refused_ = false;
    while (!answers_.empty() && !refused_) {
      auto bytes = answers_.next_bytes();
      switch (actors::claim_room(to_, bytes, self())) {
        case actors::claim::granted:
          actors::send_claimed(
            to_, self(), caf::make_message(remote_answers{shard_, answers_.take()}),
            bytes);
          break;
        case actors::claim::refused:
          refused_ = true;
          owner_->refused_.push_back(shared_from_this());
          break;
        case actors::claim::never:
          say_too_large(answers_.take());
      }
    }
  }

  void tick() {
    auto before = answers_.given_up_count();
    answers_.tick(owner_->clock_->now());
    owner_->given_up_->add(answers_.given_up_count() - before);
  }

  [[nodiscard]] time_point wake_at() const { return answers_.wake_at(); }

private:
  [[nodiscard]] caf::strong_actor_ptr self() const {
    return caf::actor_cast<caf::strong_actor_ptr>(owner_->self_);
  }

  void add(std::vector<data_answer> answers) {
    auto before = answers_.given_up_count();
    answers_.add(std::move(answers), owner_->clock_->now());
    owner_->given_up_->add(answers_.given_up_count() - before);
  }

  void say_too_large(std::vector<data_answer> answers) {
    if (answers.size() == 1) {
      answers[0].status = answer_status::too_large;
      answers[0].reply.clear();
    } else {
      answers_.halve_messages();
    }
    add(std::move(answers));
  }

  remote_askers* owner_;
  caf::strong_actor_ptr to_;
  waiting_answers answers_;
  shard_id shard_;
  bool refused_ = false;
};

remote_askers::remote_askers(
  replica_actor::pointer self, const actors::node_clock* clock,
  const waiting_answers_config& config, counter* given_up)
    : self_{self}, clock_{clock}, config_{config}, given_up_{given_up} {}

std::shared_ptr<answer_sink> remote_askers::sink_of(const caf::strong_actor_ptr& asker) {
  auto& known = sinks_[caf::actor_cast<caf::actor_addr>(asker)];
  auto result = known.lock();
  if (result)
    return result;
  known = result = std::make_shared<remote_sink>(this, asker);
  std::erase_if(sinks_, [](const auto& x) { return x.second.expired(); });
  return result;
}

void remote_askers::room_came() {
  for (const auto& x : std::exchange(refused_, {}))
    x->send();
}

void remote_askers::tick() {
  for (const auto& x : refused_)
    x->tick();
  room_came();
}

time_point remote_askers::wake_at() const {
  auto result = time_point::max();
  for (const auto& x : refused_)
    result = std::min(result, x->wake_at());
  return result;
}

} // namespace troupe::storage
