#include "apps/lab/descriptor_stream.hpp"

#include <cerrno>

#include <unistd.h>

namespace troupe::lab {

descriptor_stream::descriptor_stream(int descriptor)
    : std::ostream{nullptr}, buffer_{descriptor} {
  rdbuf(&buffer_);
}

descriptor_stream::buffer::int_type descriptor_stream::buffer::overflow(int_type next) {
  if (traits_type::eq_int_type(next, traits_type::eof()))
    return traits_type::not_eof(next);
  const auto byte = traits_type::to_char_type(next);
  return xsputn(&byte, 1) == 1 ? next : traits_type::eof();
}

std::streamsize
descriptor_stream::buffer::xsputn(const char* bytes, std::streamsize count) {
  auto done = std::streamsize{0};
  while (done < count) {
    const auto length
      = ::write(descriptor_, bytes + done, static_cast<std::size_t>(count - done));
    if (length < 0 && errno == EINTR)
      continue;
    if (length <= 0)
      break;
    done += length;
  }
  return done;
}

} // namespace troupe::lab
