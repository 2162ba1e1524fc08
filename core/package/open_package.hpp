// A package, opened: manifest, encoder, profile and model, ready to give predictors. This is what
// predict, evaluate, verify, serve and drift check use; nobody else reads the files of a package.
// Every file is read through the store and so verified against its digest.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "package/manifest.hpp"
#include "package/registry.hpp"
#include "repo/reference.hpp"

namespace mlo::infer {
class Predictor;
}
namespace mlo::repo {
class Workspace;
}

namespace mlo::package {

/// What a reference names: a registered version, a run's package, or a digest.
struct Resolved {
  std::string name;     ///< model name, empty for run: and sha256:
  int64_t version = 0;  ///< 0 unless registered
  Digest digest;        ///< of the package tree
};

/// `model:` (and the shorthand NAME, NAME:3, NAME@alias where the text is not a path), `sha256:`;
/// `run:` names the package that was built from it (built on the fly if it never was).
Resolved resolve(Env& env, repo::Workspace& workspace, std::string_view reference);

class OpenPackage {
 public:
  OpenPackage(OpenPackage&&) noexcept;
  OpenPackage& operator=(OpenPackage&&) noexcept;
  ~OpenPackage();

  const Resolved& resolved() const;
  const Manifest& manifest() const;
  /// The bytes of one file of the package ("profile.json"); throws if the package has none.
  std::string file(std::string_view path) const;
  /// Immutable, shared between threads (each makes its own session) and may outlive this object.
  /// The runtime is loaded and the model opened once, by the first call. Thread-safe.
  infer::Predictor predictor() const;

 private:
  friend OpenPackage open_package(Env&, repo::Workspace&, const Resolved&,
                                  std::span<const std::string>);
  struct Impl;
  explicit OpenPackage(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Reads the manifest only: drift and inspect never load LibTorch. `plugin_path`: the values of
/// --plugin-path (plugin::search_path adds the rest). `workspace` must outlive the package.
OpenPackage open_package(Env& env, repo::Workspace& workspace, const Resolved& resolved,
                         std::span<const std::string> plugin_path);
OpenPackage open_package(Env& env, repo::Workspace& workspace, std::string_view reference,
                         std::span<const std::string> plugin_path);

}  // namespace mlo::package
