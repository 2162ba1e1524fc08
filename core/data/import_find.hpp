// What a path of another repository is there: data that mlo or DVC tracks, or a file or directory of git's
// own. Only git is asked; no content moves.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "data/dvc_file.hpp"
#include "repo/other_repository.hpp"
#include "repo/pointer.hpp"
#include "repo/source.hpp"

namespace mlo::data {

/// What is asked for: a path of a repository (`url` as OtherRepository::open takes it), or, without a path, a
/// file or directory at a URL.
struct AskedPath {
  std::string url;
  std::string path;
  std::string rev;  ///< empty: the default branch, of a directory HEAD
};

struct FoundPath {
  repo::Source source;  ///< kind mlo, dvc or git, with the commit
  std::string inner;    ///< below the tracked directory; empty: all of it
  // mlo
  repo::Pointer pointer;
  std::string pointer_file;  ///< from the top of the repository
  std::string workspace;     ///< the directory of its mlo.yaml; "": the top
  bool has_config = false;   ///< there is an mlo.yaml
  // dvc
  DvcOut out;            ///< paths from the top of the git repository
  std::string dvc_root;  ///< the directory of its .dvc/; "": the top
  // git
  repo::GitEntry entry;
};

/// "'..' is no path inside a repository".
Error no_inner_path(const std::string& typed);
/// Resolves the revision, fetches its trees and looks for the path. Throws usage for an unknown revision
/// or path.
FoundPath find_path(repo::OtherRepository& repository, const AskedPath& asked);

}  // namespace mlo::data
