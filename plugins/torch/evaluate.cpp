#include "evaluate.hpp"

#include <algorithm>

#include "denormals.hpp"

namespace mlo_torch {

void evaluate(const Layout& layout, const float* weights, const Rows& rows, Team& team,
              Workspace& space, std::vector<float>& outputs) {
  check_codes(layout, rows);
  auto k = static_cast<size_t>(layout.architecture.outputs);
  auto p = static_cast<size_t>(layout.architecture.numeric), q = layout.lookups.size();
  outputs.resize(rows.count * k);
  size_t piece = std::min(space.capacity, kEvalRows * team.members());
  for (size_t begin = 0; begin < rows.count; begin += piece) {
    Rows part{rows.numeric + begin * p, rows.category + begin * q,
              std::min(piece, rows.count - begin)};
    auto work = [&](size_t first, size_t last) {
      if (first == last) return;
      FlushDenormals flush;
      forward(layout, weights, part, first, last, space, [](size_t) {});
      write_outputs(layout, space, first, last, outputs.data() + begin * k);
    };
    if (part.count < 64)
      work(0, part.count);
    else
      team.run([&](size_t member) {
        auto [first, last] = team.part(part.count, member, 8);
        work(first, last);
      });
  }
}

}  // namespace mlo_torch
