#include "actors/base/bytes.hpp"

#include "actors/base/assert.hpp"

#include <climits>

#include <isa-l/crc.h>

namespace troupe {

std::uint32_t crc32c(byte_view bytes, std::uint32_t seed) {
  TROUPE_ASSERT(bytes.size() <= INT_MAX);
  // isa-l's interface predates const; it only reads.
  auto* data
    = const_cast<unsigned char*>( // NOLINT(cppcoreguidelines-pro-type-const-cast)
      reinterpret_cast<const unsigned char*>(bytes.data()));
  return ~crc32_iscsi(data, static_cast<int>(bytes.size()), ~seed);
}

namespace {

template <class Integer>
void store(std::byte* out, Integer x) {
  for (std::size_t i = 0; i < sizeof(Integer); ++i)
    out[i] = static_cast<std::byte>(x >> (8 * i) & 0xff);
}

template <class Integer>
Integer load(const std::byte* in) {
  auto result = Integer{0};
  for (std::size_t i = 0; i < sizeof(Integer); ++i)
    result |= static_cast<Integer>(in[i]) << (8 * i);
  return result;
}

} // namespace

void store_u32(std::byte* out, std::uint32_t x) { store(out, x); }
void store_u64(std::byte* out, std::uint64_t x) { store(out, x); }
std::uint32_t load_u32(const std::byte* in) { return load<std::uint32_t>(in); }
std::uint64_t load_u64(const std::byte* in) { return load<std::uint64_t>(in); }

} // namespace troupe
