// What the plain and the sealed codec share.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "remote/codec.hpp"

namespace mlo::remote {

/// The first bytes of an encrypted whole file.
inline constexpr std::string_view kSealMagic{"MLOSEAL\x01", 8};
/// Nonce and tag.
inline constexpr uint64_t kSealCost = 12 + 16;

/// Sets raw and kZstd of `chunk`, and returns the frame where one pays ("" where none does).
std::string shrunk(StoredChunk& chunk, std::span<const std::byte> raw);
/// A whole file as a zstd frame; throws failure above kMostFile.
std::string file_frame(std::string_view name, std::string_view plain);

}  // namespace mlo::remote
