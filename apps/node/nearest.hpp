/// Guesses what a mistyped word was meant to be.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace troupe::apps {

/// Insertions, deletions and substitutions that make `b` of `a` (Levenshtein's distance).
/// Cost: O(a.size() * b.size()).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The first of the `words` closest to `text`, or empty when none is near: more slips
/// away than a third of its length, but two are allowed from four letters on.
[[nodiscard]] std::string
nearest(std::string_view text, std::span<const std::string> words);

} // namespace troupe::apps
