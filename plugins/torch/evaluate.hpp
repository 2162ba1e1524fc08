// The forward pass of a built-in model over many rows: the one code behind sessions and
// trainer_eval.
#pragma once

#include <vector>

#include "network.hpp"
#include "team.hpp"

namespace mlo_torch {

/// Rows of a Workspace for evaluate(), per thread: activations then stay in the second-level cache.
inline constexpr size_t kEvalRows = 256;

/// Outputs [rows, outputs] in pieces of the workspace's capacity, split over the team. Throws
/// ArgumentError for category codes out of range.
void evaluate(const Layout& layout, const float* weights, const Rows& rows, Team& team,
              Workspace& space, std::vector<float>& outputs);

}  // namespace mlo_torch
