#include "tests/storage/faulty_file_system.hpp"

#include <filesystem>
#include <utility>

namespace troupe::test {

namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class faulty_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  faulty_file(
    std::unique_ptr<rocksdb::FSWritableFile> file, std::string path,
    faulty_file_system* owner)
      : FSWritableFileOwnerWrapper{std::move(file)}, path_{std::move(path)}, owner_{
                                                                               owner} {}

  IOStatus Append(
    const rocksdb::Slice& data, const IOOptions& options,
    IODebugContext* debug) override {
    return appended(data, [&] { return target()->Append(data, options, debug); });
  }
  IOStatus Append(
    const rocksdb::Slice& data, const IOOptions& options,
    const rocksdb::DataVerificationInfo& check, IODebugContext* debug) override {
    return appended(data, [&] { return target()->Append(data, options, check, debug); });
  }
  // What is synced is decided here, so the real disk need not be waited for.
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return synced(); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return synced(); }

private:
  template <class Do>
  IOStatus appended(const rocksdb::Slice& data, Do append) {
    auto status = owner_->begin_change();
    if (status.ok())
      status = append();
    if (status.ok())
      owner_->appended(path_, data.size());
    return status;
  }

  IOStatus synced() {
    auto status = owner_->begin_change();
    if (status.ok())
      owner_->synced(path_);
    return status;
  }

  std::string path_;
  faulty_file_system* owner_;
};

class faulty_directory final : public rocksdb::FSDirectoryWrapper {
public:
  faulty_directory(
    std::unique_ptr<rocksdb::FSDirectory> directory, faulty_file_system* owner)
      : FSDirectoryWrapper{std::move(directory)}, owner_{owner} {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return owner_->begin_change();
  }
  IOStatus FsyncWithDirOptions(
    const IOOptions&, IODebugContext*, const rocksdb::DirFsyncOptions&) override {
    return owner_->begin_change();
  }

private:
  faulty_file_system* owner_;
};

} // namespace

faulty_file_system::faulty_file_system()
    : FileSystemWrapper{rocksdb::FileSystem::Default()} {}

void faulty_file_system::fail_after(std::uint64_t changes, IOStatus how) {
  auto lock = std::scoped_lock{mutex_};
  changes_left_ = changes;
  how_ = std::move(how);
  has_failed_ = false;
}

void faulty_file_system::mend() {
  auto lock = std::scoped_lock{mutex_};
  changes_left_.reset();
}

bool faulty_file_system::has_failed() const {
  auto lock = std::scoped_lock{mutex_};
  return has_failed_;
}

IOStatus faulty_file_system::begin_change() {
  auto lock = std::scoped_lock{mutex_};
  if (!changes_left_)
    return IOStatus::OK();
  if (*changes_left_ == 0) {
    has_failed_ = true;
    return how_;
  }
  --*changes_left_;
  return IOStatus::OK();
}

void faulty_file_system::appended(const std::string& path, std::uint64_t bytes) {
  auto lock = std::scoped_lock{mutex_};
  files_[path].written += bytes;
}

void faulty_file_system::synced(const std::string& path) {
  auto lock = std::scoped_lock{mutex_};
  auto& file = files_[path];
  file.synced = file.written;
}

void faulty_file_system::lose_unsynced() {
  auto lock = std::scoped_lock{mutex_};
  for (const auto& [path, file] : files_) {
    if (file.synced < file.written)
      std::filesystem::resize_file(path, file.synced);
  }
  files_.clear();
}

IOStatus faulty_file_system::NewWritableFile(
  const std::string& path, const rocksdb::FileOptions& options,
  std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  auto status = begin_change();
  if (status.ok())
    status = target()->NewWritableFile(path, options, result, debug);
  if (!status.ok())
    return status;
  auto lock = std::scoped_lock{mutex_};
  files_[path] = {};
  *result = std::make_unique<faulty_file>(std::move(*result), path, this);
  return status;
}

IOStatus faulty_file_system::NewDirectory(
  const std::string& path, const IOOptions& options,
  std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext* debug) {
  auto status = target()->NewDirectory(path, options, result, debug);
  if (status.ok())
    *result = std::make_unique<faulty_directory>(std::move(*result), this);
  return status;
}

IOStatus faulty_file_system::RenameFile(
  const std::string& from, const std::string& to, const IOOptions& options,
  IODebugContext* debug) {
  auto status = begin_change();
  if (status.ok())
    status = target()->RenameFile(from, to, options, debug);
  if (!status.ok())
    return status;
  auto lock = std::scoped_lock{mutex_};
  if (auto moved = files_.extract(from)) {
    moved.key() = to;
    files_.insert_or_assign(to, moved.mapped());
  }
  return status;
}

IOStatus faulty_file_system::DeleteFile(
  const std::string& path, const IOOptions& options, IODebugContext* debug) {
  auto status = begin_change();
  if (status.ok())
    status = target()->DeleteFile(path, options, debug);
  if (!status.ok())
    return status;
  auto lock = std::scoped_lock{mutex_};
  files_.erase(path);
  return status;
}

} // namespace troupe::test
