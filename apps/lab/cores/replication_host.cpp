#include "apps/lab/cores/replication_host.hpp"

#include "actors/base/assert.hpp"
#include "apps/lab/cores/append_evaluator.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace troupe::lab {

using namespace storage;
using namespace std::chrono_literals;

namespace {

const append_evaluator commands;

replica_config config_of(const identity& who, const replication_options& options) {
  auto result = replica_config{};
  result.who = who;
  result.incarnation = incarnation{0};
  if (options.tiny_batches) {
    result.batch_bytes = 300;
    result.credit_bytes = 600;
    result.tail_bytes = 1'000;
    result.apply_bytes_max = 400;
  }
  if (options.one_by_one)
    result.batch_bytes = result.credit_bytes = 1;
  return result;
}

} // namespace

replication_host::replication_host(
  environment in, identity who, node_id node, const replication_options& options)
    : in_{std::move(in)}, self_{config_of(who, options)}, node_{node}, options_{options},
      name_{"n" + to_string(who.replica)} {
  if (options.tiny_batches)
    log_config_ = {.segment_bytes = 4096, .spare_count_max = 1, .frame_bytes = 512};
  else
    log_config_ = {.segment_bytes = 32768, .spare_count_max = 2, .frame_bytes = 8192};
  boot();
}

// Nothing may lean on what a clock shows: each boot of the machine begins anywhere.
void replication_host::boot() {
  set_clock(time_point{in_.random->between(duration{0}, duration{100h})}, clock_rate_);
}

void replication_host::set_clock(time_point local, double rate) {
  clock_set_ = in_.events->now();
  clock_base_ = local;
  clock_rate_ = rate;
  if (core_) // When the core wants to be woken is another true time now.
    plan_wake(std::exchange(wake_at_, time_point::max()));
}

void replication_host::set_clock_rate(double rate) { set_clock(local_now(), rate); }

void replication_host::jump_clock(duration by) {
  set_clock(local_now() + by, clock_rate_);
}

time_point replication_host::local_now() const {
  const auto elapsed = static_cast<double>((in_.events->now() - clock_set_).count());
  return clock_base_ + duration{static_cast<duration::rep>(elapsed * clock_rate_)};
}

time_point replication_host::true_time_of(time_point local) const {
  const auto elapsed = static_cast<double>((local - clock_base_).count());
  const auto result = static_cast<duration::rep>(std::ceil(elapsed / clock_rate_)) + 1;
  return std::max(in_.events->now(), clock_set_ + duration{result});
}

void replication_host::note(std::string_view kind, std::string_view payload) {
  in_.trace->add(in_.events->now().time_since_epoch(), name_, kind, payload);
}

// "from detail role epoch commit end": what came, and what it has made of the core.
void replication_host::note(const cause& why) {
  const auto& s = core_->state();
  payload_.clear();
  const auto add = [this](std::uint64_t x) {
    auto text = std::array<char, 24>{};
    payload_.append(text.data(), std::to_chars(text.begin(), text.end(), x).ptr);
    payload_ += ' ';
  };
  add(why.from.value());
  add(why.detail);
  payload_.append(to_string(s.role())) += ' ';
  add(s.at.value());
  add(s.commit.value());
  add(s.log.end().seq.value());
  payload_.pop_back();
  note(why.what, payload_);
}

void replication_host::later(duration delay, std::function<void()> what) {
  at(in_.events->now() + delay, std::move(what));
}

void replication_host::at(time_point when, std::function<void()> what) {
  in_.events->at(when, [this, life = life_, what = std::move(what)] {
    if (life != life_)
      return;
    if (paused_until_ > in_.events->now())
      at(paused_until_, what);
    else
      what();
  });
}

void replication_host::create(const founding& with) {
  founding_ = with;
  TROUPE_ASSERT(!disk_.make_directory("node"));
  TROUPE_ASSERT(!disk_.sync_directory(""));
  auto trouble = create_replica(disk_, "node", node_, self_.who, with, log_config_);
  TROUPE_ASSERT(!trouble);
}

recovered replication_host::recover() {
  auto result = recovered{};
  // Placement asks again at every start; what was lost must not come of it.
  static_cast<void>(
    create_replica(disk_, "node", node_, self_.who, founding_, log_config_));
  auto opened = replica_files::open(disk_, "node", self_.who, log_config_);
  if (!opened) {
    result.damage = render(opened.error());
    return result;
  }
  files_ = std::move(*opened);
  auto applied = store_.load();
  result.applied = std::move(*applied);
  result.hard = files_->hard();
  result.history = files_->log().history();
  result.durable = files_->log().durable();
  auto records = std::vector<record_ptr>{};
  for (auto next = files_->log().base().seq.next(); next <= files_->log().end().seq;) {
    auto some = files_->log().read(next, 10'000);
    TROUPE_ASSERT(some && !some->empty());
    records.insert(records.end(), some->begin(), some->end());
    next = records.back()->at.seq.next();
  }
  in_.checker->started(id(), files_->log().base(), records, result.hard);
  std::erase_if(
    records, [&](const record_ptr& x) { return x->at.seq <= result.applied.at.seq; });
  result.tail = std::move(records);
  return result;
}

void replication_host::start() {
  TROUPE_ASSERT(!core_ && !gone_);
  ++life_;
  self_.incarnation = self_.incarnation.next();
  self_.seed = (*in_.random)();
  note("start", to_string(self_.incarnation));
  auto found = recover();
  if (found.damage && !damaged_)
    throw property_violated{"a crash was taken for damage: " + *found.damage};
  core_ = std::make_unique<replica>(self_, store_, &commands);
  handle({"recovered"}, [found = std::move(found)](replica& core, time_point now) {
    return core.start(found, now);
  });
}

void replication_host::crash(crash_kind how) {
  if (!core_)
    return;
  note(how == crash_kind::power ? "power_loss" : "crash");
  ++crash_count_;
  ++life_;
  if (files_)
    in_.checker->stopped(id(), files_->log().durable());
  core_.reset();
  files_.reset();
  held_.clear();
  saving_ = front_saved_ = syncing_ = sync_again_ = false;
  cut_ = 0;
  wake_at_ = time_point::max();
  paused_until_ = {};
  store_.crash();
  disk_.recover();
  if (how == crash_kind::power) {
    disk_.power_loss(*in_.random);
    boot();
  }
}

void replication_host::pause(duration length) {
  if (!core_)
    return;
  paused_until_ = std::max(paused_until_, in_.events->now() + length);
}

void replication_host::slow_disk(duration latency, time_point until) {
  slow_sync_ = latency;
  slow_until_ = until;
}

void replication_host::slow_apply(duration latency, time_point until) {
  slow_apply_ = latency;
  slow_apply_until_ = until;
}

void replication_host::fail_disk_after(std::uint64_t changes, crash_kind how) {
  disk_.fail_after(changes);
  when_disk_fails_ = how;
}

void replication_host::heal() {
  hiccups_ = false;
  slow_until_ = slow_apply_until_ = {};
  disk_.recover();
  set_clock_rate(1.0);
}

std::string replication_host::directory() const {
  return "node/shard-" + to_string(self_.who.shard) + "-" + to_string(id());
}

// In any frame of which the disk says that it was durable. Behind that nothing tells rot
// from a torn write.
bool replication_host::flip_a_bit(random_source& random) {
  TROUPE_ASSERT(!core_);
  auto hint = hard_file::open(disk_, directory() + "/HARD")->synced_hint();
  auto log = directory() + "/log";
  auto frames = std::vector<std::pair<std::string, std::uint64_t>>{};
  auto names = disk_.list(log);
  for (const auto& name : *names) {
    if (!is_segment(name))
      continue;
    auto bytes = read_file(disk_, log + "/" + name, log_config_.segment_bytes);
    auto offset = std::uint64_t{segment_header_bytes};
    for (const auto& frame : scan_segment(*bytes, *number_of(name)).frames) {
      if (frame.last() <= hint)
        frames.emplace_back(log + "/" + name, offset + random.below(frame.bytes()));
      offset += frame.bytes();
    }
  }
  if (frames.empty())
    return false; // It has sworn nothing yet.
  damaged_ = true;
  const auto& [path, offset] = frames[random.below(frames.size())];
  disk_.flip_bit(path, offset, 2);
  return true;
}

void replication_host::lose_files() {
  TROUPE_ASSERT(!core_);
  damaged_ = true;
  TROUPE_ASSERT(!disk_.remove(directory()));
  TROUPE_ASSERT(!disk_.sync_directory("node"));
  store_.wipe();
}

void replication_host::wipe() {
  TROUPE_ASSERT(!core_);
  damaged_ = true;
  disk_.wipe();
  store_.wipe();
  // The node finds no replica here, and creates none by itself.
  gone_ = true;
}

void replication_host::handle(const cause& why, event what) {
  if (!core_)
    return;
  if (paused_until_ > in_.events->now()) {
    at(paused_until_, [this, why, what = std::move(what)] { handle(why, what); });
    return;
  }
  auto out = what(*core_, local_now());
  in_.checker->handled(*core_, out);
  note(why);
  plan_wake(out.wake_at);
  held_.push_back(std::move(out));
  pump();
  in_.after_event();
}

void replication_host::plan_wake(time_point local) {
  if (local == time_point::max() || local >= wake_at_)
    return;
  wake_at_ = local;
  at(true_time_of(local), [this, local] {
    if (wake_at_ != local)
      return;
    wake_at_ = time_point::max();
    handle({"tick"}, [](replica& core, time_point now) { return core.tick(now); });
  });
}

duration replication_host::sync_latency() {
  if (in_.events->now() < slow_until_)
    return slow_sync_;
  if (hiccups_ && in_.random->chance(0.05))
    return in_.random->between(duration{2ms}, duration{500ms});
  return in_.random->between(duration{100us}, duration{2ms});
}

duration replication_host::apply_latency() {
  const auto slow = in_.events->now() < slow_apply_until_;
  return in_.random->between(duration{50us}, slow ? slow_apply_ : duration{3ms});
}

bool replication_host::survives(const error& trouble) {
  if (!trouble)
    return true;
  note("disk_failed");
  crash(when_disk_fails_);
  in_.died(*this, when_disk_fails_);
  return false;
}

void replication_host::pump() {
  while (!held_.empty() && !saving_) {
    if (held_.front().hard && !front_saved_) {
      saving_ = true;
      later(sync_latency(), [this] {
        saving_ = false;
        front_saved_ = true;
        if (survives(files_->save(*held_.front().hard)))
          pump();
      });
      return;
    }
    auto out = std::move(held_.front());
    held_.pop_front();
    front_saved_ = false;
    perform(std::move(out));
  }
}

bool replication_host::change_log(const replica_output& out) {
  cut_ = out.cut;
  if (out.truncate_after && !survives(files_->truncate_after(*out.truncate_after)))
    return false;
  if (!out.append.empty() && !survives(files_->append(out.append)))
    return false;
  return (!out.truncate_after && out.append.empty()) || begin_sync();
}

void replication_host::perform(replica_output out) {
  if (!change_log(out))
    return;
  for (auto& m : out.messages) {
    TROUPE_ASSERT(files_);
    in_.checker->sent(
      m, files_->hard(), files_->log().durable(), core_->state().quarantined);
    in_.send(std::move(m));
  }
  for (auto& asked : out.reads) {
    later(sync_latency(), [this, asked] {
      auto records = files_->log().read(asked.first, asked.bytes_max);
      handle(
        {"log_read"}, [asked, records = records ? *records : std::vector<record_ptr>{}](
                        replica& core, time_point now) {
          return core.log_was_read(asked, records, now);
        });
    });
  }
  if (out.apply)
    perform_apply(std::move(*out.apply));
  if (out.reads_taken) // A pause may fall between the look and the word of it.
    later(in_.random->between(duration{0}, duration{1ms}), [this] {
      handle({"reads_taken"}, [](replica& core, time_point now) {
        return core.confirm_reads(now);
      });
    });
  for (const auto& x : out.answers)
    in_.answer(x);
  for (const auto& x : out.told) {
    if (std::holds_alternative<was_quarantined>(x) && !damaged_)
      throw property_violated{
        "quarantined for no reason: " + std::get<was_quarantined>(x).why};
  }
  if (out.release && survives(files_->release(*out.release)))
    core_->released_to(files_->log().base().seq);
}

// The disk may be done at once and its word late, or the other way round: in between the
// log may be cut, or the power fail.
bool replication_host::begin_sync() {
  if (syncing_) {
    sync_again_ = true;
    return true;
  }
  syncing_ = true;
  auto done = in_.random->chance(0.5);
  if (done && !survives(files_->sync()))
    return false;
  later(sync_latency(), [this, done, cut = cut_, end = files_->log().end().seq] {
    if (done || survives(files_->sync()))
      finish_sync(cut, end);
  });
  return true;
}

void replication_host::finish_sync(std::uint64_t cut, lsn end) {
  syncing_ = false;
  if (std::exchange(sync_again_, false)) {
    if (!begin_sync())
      return;
  } else { // An idle log says how far it is durable.
    later(options_.timing.beat, [this] {
      if (!syncing_ && files_->hint_is_old())
        static_cast<void>(survives(files_->note_durable()));
    });
  }
  handle({"synced", {}, end.value()}, [=](replica& core, time_point now) {
    return core.synced_to(cut, end, now);
  });
}

void replication_host::perform_apply(apply_batch batch) {
  later(apply_latency(), [this, batch = std::move(batch)] {
    TROUPE_ASSERT(!store_.apply(batch));
    in_.checker->applied(id(), batch.last(), store_.digest());
    auto flush = in_.random->chance(0.1);
    if (flush)
      static_cast<void>(*store_.flush());
    const auto seq = batch.last().seq;
    handle({"applied", {}, seq.value()}, [seq](replica& core, time_point now) {
      return core.applied_to(seq, now);
    });
    if (flush && core_)
      handle({"flushed", {}, seq.value()}, [seq](replica& core, time_point now) {
        return core.flushed_to(seq, now);
      });
  });
}

bool replication_host::holds_lease() const {
  return core_ && !core_->state().quarantined
         && storage::holds_lease(*core_, local_now());
}

} // namespace troupe::lab
