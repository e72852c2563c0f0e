#include "storage/client_table.hpp"

#include <algorithm>

namespace troupe::storage {

ticket client_table::add(waiting_client x) {
  auto result = ticket{++last_};
  clients_.emplace(result, std::move(x));
  return result;
}

std::optional<waiting_client> client_table::take(ticket x) {
  auto found = clients_.extract(x);
  if (found.empty())
    return std::nullopt;
  return std::move(found.mapped());
}

void answer_batches::add(const std::shared_ptr<answer_sink>& to, data_answer x) {
  auto found = std::ranges::find(batches_, to, &batch::to);
  if (found == batches_.end())
    found = batches_.insert(found, batch{to, {}});
  found->answers.push_back(std::move(x));
}

void answer_batches::deliver(shard_id from) {
  for (auto& x : std::exchange(batches_, {}))
    x.to->take(from, std::move(x.answers));
}

} // namespace troupe::storage
