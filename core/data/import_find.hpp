// What a path of another repository is there: data that mlo tracks, or a file or directory of git's own.
// Only git is asked; no content moves.
#pragma once

#include <optional>
#include <string>

#include "repo/other_repository.hpp"
#include "repo/pointer.hpp"
#include "repo/source.hpp"

namespace mlo::data {

/// What is asked for; `url` as OtherRepository::open takes it.
struct AskedPath {
  std::string url;
  std::string path;
  std::string rev;  ///< empty: the default branch, of a directory HEAD
};

struct FoundPath {
  repo::Source source;  ///< kind mlo or git, with the commit
  // mlo
  repo::Pointer pointer;
  std::string pointer_file;  ///< from the top of the repository
  std::string inner;         ///< below the pointer's directory; empty: all of it
  std::string workspace;     ///< the directory of its mlo.yaml; "": the top
  bool has_config = false;   ///< there is an mlo.yaml
  // git
  repo::GitEntry entry;
};

/// Resolves the revision, fetches its trees and looks for the path. Throws usage for an unknown revision
/// or path.
FoundPath find_path(repo::OtherRepository& repository, const AskedPath& asked);

}  // namespace mlo::data
