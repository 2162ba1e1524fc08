// Edits of a YAML file that people also write: one entry of one section is set or removed by
// splicing the text at the node, and every other byte, comment and line ending stays. The result is
// parsed again and must differ from the original in exactly this entry; where it does not (a form
// of YAML that the splice does not know), the edit is refused instead of guessed. Two levels are
// all our files need:
//
//   aliases:
//     production: 1
#pragma once

#include <string>
#include <string_view>

#include "format/value.hpp"

namespace mlo::package {

/// `value`: a scalar. `name`: of the file, for errors.
std::string set_entry(std::string_view text, const std::string& name, const std::string& section,
                      const std::string& key, const format::Value& value);
/// Removing what is not there changes nothing.
std::string remove_entry(std::string_view text, const std::string& name, const std::string& section,
                         const std::string& key);
/// A scalar member of the document itself ("stage").
std::string set_member(std::string_view text, const std::string& name, const std::string& key,
                       const format::Value& value);

}  // namespace mlo::package
