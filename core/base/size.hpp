// Sizes and shares as people type them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mlo {

/// "4096", "64KiB", "1.5 GiB", "10G" (binary), "10GB" (decimal), in any case; nullopt for anything
/// else, also for what does not fit 63 bits.
std::optional<uint64_t> parse_size(std::string_view text);
/// "5%" or "0.05" -> 0.05; nullopt unless it lies above 0 and is at most 1.
std::optional<double> parse_share(std::string_view text);

}  // namespace mlo
