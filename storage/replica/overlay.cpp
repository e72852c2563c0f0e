#include "storage/replica/overlay.hpp"

namespace troupe::storage {

void overlay::add(const record& x) {
  const auto* write = std::get_if<write_record>(&x.payload);
  if (write == nullptr)
    return;
  requests_[write->request] = x.at.seq;
  for (const auto& e : write->effects)
    rows_.insert_or_assign({write->in, e.key}, pending{x.at.seq, e.value});
}

void overlay::remove(const record& x) {
  const auto* write = std::get_if<write_record>(&x.payload);
  if (write == nullptr)
    return;
  requests_.erase(write->request);
  for (const auto& e : write->effects) {
    auto found = rows_.find(key_of_row{write->in, e.key});
    if (found != rows_.end() && found->second.at == x.at.seq)
      rows_.erase(found);
  }
}

std::optional<std::optional<row>> overlay::find(slot in, std::string_view key) const {
  auto found = rows_.find(key_of_row{in, key});
  if (found == rows_.end())
    return std::nullopt;
  return found->second.value;
}

void overlay::scan_over(
  const row_view& stored, slot in, std::string_view from,
  const row_visitor& visit) const {
  auto next = rows_.lower_bound(key_of_row{in, from});
  auto in_slot = [&] { return next != rows_.end() && next->first.first == in; };
  auto go_on = true;
  auto visit_pending = [&] {
    if (next->second.value)
      go_on = visit(next->first.second, *next->second.value);
    ++next;
  };
  stored.scan(in, from, [&](std::string_view key, const row& value) {
    while (go_on && in_slot() && next->first.second < key)
      visit_pending();
    if (go_on && in_slot() && next->first.second == key)
      visit_pending();
    else if (go_on)
      go_on = visit(key, value);
    return go_on;
  });
  while (go_on && in_slot())
    visit_pending();
}

lsn overlay::latest(slot in, std::string_view key) const {
  auto found = rows_.find(key_of_row{in, key});
  return found == rows_.end() ? lsn{0} : found->second.at;
}

lsn overlay::find(const request_id& request) const {
  auto found = requests_.find(request);
  return found == requests_.end() ? lsn{0} : found->second;
}

} // namespace troupe::storage
