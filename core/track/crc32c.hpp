// CRC-32C (Castagnoli, RFC 3720 appendix B.4; reflected polynomial 0x82f63b78): guards each frame
// of a run segment. A torn or overwritten tail is told from a whole one; it is no defence against
// people.
#pragma once

#include <cstdint>
#include <string_view>

namespace mlo::track {

/// Continues `crc` (0 at the start) over `bytes`.
uint32_t crc32c(std::string_view bytes, uint32_t crc = 0);

}  // namespace mlo::track
