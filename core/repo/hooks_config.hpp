// What the hooks are told by configuration: `hooks: {max_file_size: 10MiB}` in .mlo/config.yaml, else
// `policies: {hooks: {max_file_size: 10MiB}}` in mlo.yaml, else 10 MiB.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "repo/config.hpp"

namespace mlo::repo {

inline constexpr uint64_t kDefaultMaxFileSize = uint64_t{10} << 20;

struct HooksConfig {
  /// Above this a file does not enter git; nullopt ("off"): any size does.
  std::optional<uint64_t> max_file_size = kDefaultMaxFileSize;
};

/// Throws usage with file:line:column.
HooksConfig hooks_config(const Config& config, const LocalConfig& local);

/// "10MiB", "1.5 GB", "4096": KiB, MiB, GiB and TiB are powers of 1024 (as are K, M, G and T), kB, MB,
/// GB and TB of 1000. nullopt if malformed or beyond 2^63.
std::optional<uint64_t> parse_byte_size(std::string_view text);

}  // namespace mlo::repo
