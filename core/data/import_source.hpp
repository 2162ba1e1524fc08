// One place outside that data is brought from, whatever it is: a path of another repository, or a URL.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/env.hpp"
#include "data/import_content.hpp"

namespace mlo::data {

class ImportSource {
 public:
  virtual ~ImportSource() = default;
  /// As a pointer names it; of a repository with the commit that it is at now.
  virtual repo::Source source() const = 0;
  /// A repository that is a directory of this machine.
  virtual bool is_local() const { return false; }
  /// The content, complete in `store`; nullopt where it is still what `before` says.
  virtual std::optional<BroughtContent> bring(store::ObjectStore& store,
                                              const std::optional<repo::Source>& before) = 0;
};

/// Relative paths of repositories are relative to `base`. Asks a repository for the path, a URL for nothing
/// yet. Throws usage for what is no such place, and for URLs with credentials.
std::unique_ptr<ImportSource> open_import_source(Env& env, const AskedPath& asked,
                                                 const std::string& base);

/// What it is called here unless somebody says otherwise: the last part of the path or URL. Throws usage
/// where there is none.
std::string usual_name(const AskedPath& asked);
/// Whether the two name the same place, in whatever version.
bool same_place(const repo::Source& a, const repo::Source& b);

}  // namespace mlo::data
