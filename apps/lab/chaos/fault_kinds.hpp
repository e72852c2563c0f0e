/// The faults that `troupe chaos` knows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe::lab {

/// On any world: `kill` ends a node and starts it again after its length; `kill_all` all
/// at once; `restart` is a kill of no length; `pause` stops a process, and lets it go on;
/// `starve` leaves it a tenth of its time.
///
/// On a network of the run's own: `halves` cuts the target and whoever makes a minority
/// with it from the others; `isolate` the target alone; `one_way` loses what the target
/// sends, and nothing that it is sent; `ring` leaves each node its two neighbours;
/// `loss`, `delay`, `duplicate` and `reorder` disturb all links; `disk_full` fills the
/// target's disk, and starts it again.
[[nodiscard]] const std::vector<std::string>& chaos_fault_kinds();

/// Whether nodes must have networks and disks of their own for it.
[[nodiscard]] bool needs_namespaces(std::string_view kind);

} // namespace troupe::lab
