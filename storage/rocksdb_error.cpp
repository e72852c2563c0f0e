#include "storage/rocksdb_error.hpp"

namespace troupe::storage {

namespace {

ec code_for(const rocksdb::Status& x) {
  // A database that names a file has it, unless somebody took it away. InvalidArgument
  // is how it calls a directory without a database.
  if (x.IsCorruption() || x.IsNotFound() || x.IsPathNotFound() || x.IsInvalidArgument())
    return ec::corrupt;
  if (x.IsIOError() || x.IsNoSpace())
    return ec::system;
  return ec::internal;
}

} // namespace

error to_error(const rocksdb::Status& status, const std::string& doing) {
  if (status.ok())
    return {};
  return fail(code_for(status), doing + ": " + status.ToString());
}

} // namespace troupe::storage
