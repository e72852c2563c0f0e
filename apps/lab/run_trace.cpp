#include "apps/lab/run_trace.hpp"

#include "actors/base/assert.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ostream>

#include <openssl/evp.h>

namespace troupe::lab {

namespace {

constexpr auto hash_bytes = std::size_t{8};

struct context_deleter {
  void operator()(EVP_MD_CTX* x) const { EVP_MD_CTX_free(x); }
};
using context = std::unique_ptr<EVP_MD_CTX, context_deleter>;

// The library fails only when it lacks memory or the algorithm, and then nothing that is
// printed could be trusted.
context must_have(EVP_MD_CTX* x) {
  TROUPE_ASSERT(x != nullptr);
  return context{x};
}

void append_number(std::string& line, std::int64_t x) {
  auto text = std::array<char, 24>{};
  const auto end = std::to_chars(text.begin(), text.end(), x).ptr;
  line.append(text.data(), end);
}

} // namespace

struct run_trace::digest {
  context state = must_have(EVP_MD_CTX_new());
};

run_trace::run_trace(std::ostream* file)
    : file_{file}, digest_{std::make_unique<digest>()}, ring_(last_lines_max) {
  const auto begun = EVP_DigestInit_ex(digest_->state.get(), EVP_sha256(), nullptr);
  TROUPE_ASSERT(begun == 1);
}

run_trace::~run_trace() = default;

void run_trace::add(
  duration when, std::string_view node, std::string_view kind, std::string_view payload) {
  auto& line = next_line();
  append_number(line, when.count());
  line.append(1, ' ').append(node).append(1, ' ').append(kind);
  if (!payload.empty())
    line.append(1, ' ').append(payload);
  std::ranges::replace(line, '\n', ' ');
  take(line);
}

void run_trace::add_line(std::string_view line) {
  auto& copy = next_line();
  copy.append(line);
  take(copy);
}

std::string& run_trace::next_line() {
  auto& result = ring_[event_count_++ % last_lines_max];
  result.clear();
  return result;
}

void run_trace::take(std::string& line) {
  line += '\n';
  const auto added = EVP_DigestUpdate(digest_->state.get(), line.data(), line.size());
  TROUPE_ASSERT(added == 1);
  if (file_ != nullptr)
    *file_ << line;
}

std::string run_trace::hash() const {
  const auto copy = must_have(EVP_MD_CTX_new());
  auto bytes = std::array<unsigned char, EVP_MAX_MD_SIZE>{};
  const auto done = EVP_MD_CTX_copy_ex(copy.get(), digest_->state.get()) == 1
                    && EVP_DigestFinal_ex(copy.get(), bytes.data(), nullptr) == 1;
  TROUPE_ASSERT(done);
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto result = std::string{};
  for (std::size_t i = 0; i < hash_bytes; ++i)
    result.append(1, digits[bytes[i] >> 4U]).append(1, digits[bytes[i] & 15U]);
  return result;
}

std::vector<std::string> run_trace::last_lines() const {
  auto result = std::vector<std::string>{};
  const auto count = std::min<std::uint64_t>(event_count_, last_lines_max);
  for (auto i = event_count_ - count; i < event_count_; ++i) {
    const auto& line = ring_[i % last_lines_max];
    result.push_back(line.substr(0, line.size() - 1));
  }
  return result;
}

} // namespace troupe::lab
