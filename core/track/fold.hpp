// Events -> record. Pure and deterministic: the same segments in any order of arrival give the same
// run. Records apply in the order (time, writer, sequence) and the last one wins; the summary of a
// series does not depend on order but for `last`: highest step, then time, writer, sequence.
#pragma once

#include <string>
#include <vector>

#include "track/event.hpp"
#include "track/run.hpp"
#include "track/run_segments.hpp"

namespace mlo::track {

/// nullopt when no segment holds a start: the run was never begun.
std::optional<Run> fold_run(std::string id, const RunEvents& events);
/// Points by key, each in the order (step, time, writer, sequence).
std::vector<Series> fold_series(const RunEvents& events);

}  // namespace mlo::track
