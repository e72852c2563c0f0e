#include "router/data/data_call.hpp"

#include "actors/base/assert.hpp"

namespace troupe::router {

namespace {

data_status status_of(data_refusal x) {
  switch (x) {
    case data_refusal::no_owner:
    case data_refusal::no_master:
    case data_refusal::no_quorum:
      return data_status::no_quorum;
    case data_refusal::too_many:
    case data_refusal::too_late:
    case data_refusal::busy:
    case data_refusal::moved:
    case data_refusal::expired:
    case data_refusal::no_answer:
      return data_status::busy;
    case data_refusal::too_large:
    case data_refusal::reply_too_large:
      return data_status::too_large;
    case data_refusal::unknown:
      break;
  }
  return data_status::unknown;
}

std::string sentence_of(data_refusal why, const std::string& shard, slot in) {
  switch (why) {
    case data_refusal::too_large:
      return "one request to " + shard
             + " is larger than data.request_max, beyond which none fits into a message";
    case data_refusal::reply_too_large:
      return "the reply of " + shard
             + " is larger than link.frame_bytes_max, beyond which none fits into a "
               "message between nodes; read fewer or smaller values at a time, or ask "
               "the node of the shard's master";
    case data_refusal::too_many:
      return "too many requests to shards are under way here, one more is to " + shard;
    case data_refusal::too_late:
      return "the deadline was over before " + shard + " was asked";
    case data_refusal::no_owner:
      return "the shard of slot " + to_string(in) + " is not known";
    case data_refusal::no_master:
      return shard + " has no master";
    case data_refusal::no_quorum:
      return "the master of " + shard + " hears no majority of its replicas";
    case data_refusal::busy:
      return shard + " takes no more at the moment";
    case data_refusal::moved:
      return "slot " + to_string(in) + " is moving, " + shard + " does not own it";
    case data_refusal::expired:
      return "the session of this write to " + shard + " is closed";
    case data_refusal::no_answer:
      return shard + " did not answer in time";
    case data_refusal::unknown:
      break;
  }
  return shard + " did not answer in time: the write may be done, now or later";
}

struct payload_size {
  std::size_t operator()(const storage::conditional_write& x) const {
    auto result = x.reply.size() + x.refusal.size();
    for (const auto& condition : x.when) {
      result += sizeof(condition) + condition.key.size();
      if (const auto* bytes = std::get_if<storage::has_bytes>(&condition.what))
        result += bytes->bytes.size();
    }
    for (const auto& effect : x.effects)
      result += sizeof(effect) + effect.key.size()
                + (effect.value ? effect.value->bytes.size() : 0);
    return result;
  }

  std::size_t operator()(const storage::command& x) const { return x.bytes.size(); }

  std::size_t operator()(const storage::data_write& x) const {
    return std::visit(*this, x.what);
  }

  std::size_t operator()(const storage::data_read& x) const {
    auto result = x.what.bytes.size();
    for (const auto& key : x.keys)
      result += sizeof(std::string) + key.size();
    return result;
  }

  std::size_t operator()(const storage::data_wait&) const { return 0; }

  std::size_t operator()(const storage::dedup_trim_record& x) const {
    return x.open.size() * sizeof(x.open.front());
  }
};

} // namespace

std::string_view to_string(data_status x) {
  switch (x) {
    case data_status::done:
      return "done";
    case data_status::no_quorum:
      return "no_quorum";
    case data_status::busy:
      return "busy";
    case data_status::unknown:
      return "unknown";
    case data_status::too_large:
      return "too_large";
  }
  return "invalid";
}

data_outcome outcome_of(data_refusal why, std::optional<shard_id> shard, slot in) {
  auto name = shard ? "shard " + to_string(*shard) : "the shard of slot " + to_string(in);
  return {status_of(why), shard, {}, {}, sentence_of(why, name, in)};
}

error error_of(const data_outcome& x) {
  TROUPE_ASSERT(x.status != data_status::done);
  switch (x.status) {
    case data_status::no_quorum:
      return fail(ec::unreachable, x.why);
    case data_status::busy:
      return fail(ec::busy, x.why);
    case data_status::too_large:
      return fail(ec::too_large, x.why);
    case data_status::unknown:
    case data_status::done:
      break;
  }
  return fail(ec::deadline_exceeded, x.why);
}

std::size_t bytes_of(const data_call& x) {
  return sizeof(x) + std::visit(payload_size{}, x.what);
}

std::size_t bytes_of(const storage::data_request& x) {
  return sizeof(x) + std::visit(payload_size{}, x.what);
}

} // namespace troupe::router
