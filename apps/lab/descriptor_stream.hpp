/// An output stream over a descriptor that holds nothing back: what was written is there,
/// even when the process dies at the next instruction.
#pragma once

#include <ostream>
#include <streambuf>

namespace troupe::lab {

class descriptor_stream final : public std::ostream {
public:
  /// Does not close it.
  explicit descriptor_stream(int descriptor);

private:
  class buffer final : public std::streambuf {
  public:
    explicit buffer(int descriptor) : descriptor_{descriptor} {}

  protected:
    int_type overflow(int_type next) override;
    std::streamsize xsputn(const char* bytes, std::streamsize count) override;

  private:
    int descriptor_;
  };

  buffer buffer_;
};

} // namespace troupe::lab
