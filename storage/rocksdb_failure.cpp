#include "storage/rocksdb_failure.hpp"

#include "storage/posix_disk.hpp"
#include "storage/rocksdb_error.hpp"
#include "storage/store_directory.hpp"

#include <utility>

namespace troupe::storage {

error rocksdb_failure::note(const rocksdb::Status& status, const std::string& doing) {
  if (status.ok())
    return first();
  return note(to_error(status, directory_ + ": " + doing));
}

error rocksdb_failure::note(error trouble) {
  auto lock = std::scoped_lock{mutex_};
  if (first_)
    return first_;
  first_ = std::move(trouble);
  if (code_of(first_) == ec::corrupt) {
    auto files = posix_disk{directory_};
    // Without the note the next start believes the store until it meets the damage again.
    static_cast<void>(mark_damaged(files, {}, sentence_of(first_)));
  }
  return first_;
}

error rocksdb_failure::first() const {
  auto lock = std::scoped_lock{mutex_};
  return first_;
}

void rocksdb_failure::OnBackgroundError(
  rocksdb::BackgroundErrorReason, rocksdb::Status* status) {
  static_cast<void>(note(*status, "writing in the background"));
}

void rocksdb_failure::OnErrorRecoveryBegin(
  rocksdb::BackgroundErrorReason, rocksdb::Status, bool* recovers) {
  *recovers = false;
}

} // namespace troupe::storage
