#include "base/temporary_file.hpp"

#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace mlo {

TemporaryFile::~TemporaryFile() {
  try {
    if (!kept_ && exists(path_)) files_.unlink(path_);
  } catch (const Error&) {
    // What brought us here says more.
  }
}

}  // namespace mlo
