// A file at a URL, or the directory below a prefix of a bucket, as content of a store.
//
// The version of a directory is the SHA-256 of its listing ("<ETag> <size> <name>\n" each, by name); a server
// that names no ETags has none, and is read anew each time. Of files whose ETag is an MD5 that is known to lie in the store already nothing is downloaded.
#pragma once

#include <optional>
#include <string>

#include "base/env.hpp"
#include "data/import_content.hpp"
#include "store/object_store.hpp"

namespace mlo::data {

/// nullopt, and nothing downloaded: it is still of the version `known` ("": none is known). `cache`: as
/// for bring(), or empty. Throws failure where it cannot be had whole.
std::optional<BroughtContent> bring_url(Env& env, store::ObjectStore& store, const std::string& url,
                                        const std::string& known, const std::string& cache);

}  // namespace mlo::data
