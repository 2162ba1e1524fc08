// What people type to name a thing: `model:NAME[:VERSION|@ALIAS]`, `run:ID`, `sha256:HEX`,
// `git:REV:PATH`; anything else is a path. Parsing only; the rooms that own models and runs resolve.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mlo::repo {

struct Reference {
  enum class Kind { path, model, run, digest, git };
  Kind kind = Kind::path;
  std::string text;  ///< as typed
  std::string name;  ///< model
  std::optional<int64_t> version;
  std::string alias;  ///< model; empty: none
  std::string id;     ///< run id, prefix or "latest"; digest: 8 to 64 lower-case hex digits
  std::string rev;    ///< git
  std::string path;   ///< path, git
};

/// Throws usage for a malformed reference ("model:", "sha256:12").
Reference parse_reference(std::string_view text);
/// The shorthand of commands that take a model name: "NAME", "NAME:3", "NAME@ALIAS"; with "./" or a
/// slash it is a path; a full reference is taken as it is.
Reference parse_model_reference(std::string_view text);

}  // namespace mlo::repo
