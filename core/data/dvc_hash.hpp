// How DVC names content. Version 3 hashes the bytes (`hash: md5` in its files); version 2 first turned
// CRLF into LF in what it took for text ("md5-dos2unix"): each piece of 1 MiB on its own, by its
// first 512 bytes, so a CRLF across two pieces stays.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/digest.hpp"
#include "base/md5.hpp"

namespace mlo::data {

enum class DvcHash {
  md5,      ///< of the bytes
  dos2unix  ///< DVC 2
};

/// What DVC 2 took for text, from the first 512 bytes: no NUL and at most 30 % outside of printable
/// ASCII and \n \r \t \f \b.
bool dvc_is_text(std::span<const std::byte> start);

/// Both names of a content from one reading.
struct DvcNames {
  Md5Digest md5;
  Digest sha256;
  uint64_t size = 0;
};
DvcNames dvc_names(std::span<const std::byte> bytes, DvcHash hash);
/// From the current position of `fd` to its end; `progress` gets the bytes just read.
DvcNames dvc_names_of(int fd, const std::string& name, DvcHash hash,
                      const std::function<void(uint64_t)>& progress = {});

}  // namespace mlo::data
