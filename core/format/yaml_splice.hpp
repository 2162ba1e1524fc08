// Edits of a YAML file that people also write: one entry is set or removed by splicing the text at the
// node, and every other byte, comment and line ending stays. The result is parsed again and must differ
// from the original in exactly this entry; where it does not (a form of YAML that the splice does not
// know), the edit is refused instead of guessed. Entries are named by the keys that lead to them:
//
//   remotes:                              {"remotes", "origin"}
//     origin: {url: /mnt/data}            {"remotes", "origin", "url"}
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/value.hpp"

namespace mlo::format {

using KeyPath = std::vector<std::string>;

/// Sets an entry, making what leads to it. `value`: a scalar, or a mapping of scalars, which is written
/// in flow style. `name`: of the file, for errors.
std::string set_at(std::string_view text, const std::string& name, const KeyPath& path,
                   const Value& value);
/// Removing what is not there changes nothing. What becomes empty stays, as "{}".
std::string remove_at(std::string_view text, const std::string& name, const KeyPath& path);

}  // namespace mlo::format
