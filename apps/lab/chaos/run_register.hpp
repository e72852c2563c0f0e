/// The chaos runs of a user, in one place whatever directories they work in: so the next
/// run finds what one that was killed has left, wherever that is.
///
/// The place: `/run/troupe-chaos` for root; for others `troupe-chaos` in
/// `$XDG_RUNTIME_DIR`, else `/tmp/troupe-chaos-UID-runs`. It is the user's own: others'
/// words are not believed, for what they name is ended and removed. A note is a file with
/// the path of a run's folder; whether that run lives its directory's lock tells.
#pragma once

#include "actors/base/error.hpp"

#include <string>
#include <vector>

namespace troupe::lab {

/// What a run has noted.
struct run_note {
  std::string file;   ///< Of the note itself.
  std::string folder; ///< Of the run.
};

/// Notes a run before it starts anything. Returns the note's file. Fails with ec::system:
/// cannot be written, or the place is another user's.
[[nodiscard]] expected<std::string> note_run(const std::string& folder);

/// All notes, in no order; of runs that live, too. Fails as `note_run`.
[[nodiscard]] expected<std::vector<run_note>> noted_runs();

/// Of a run that has ended. A note that stays is harmless: its run is found to have
/// ended.
void remove_note(const std::string& file);

} // namespace troupe::lab
