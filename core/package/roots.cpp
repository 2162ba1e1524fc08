#include "package/roots.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/roots.hpp"
#include "package/registry.hpp"

namespace mlo::package {

void RegistryRoots::roots(Env& env, const store::RootSink& sink) {
  for (const Model& model : Registry(env, workspace_).list()) {
    for (const ModelVersion& version : model.versions) {
      sink({version.digest, store::RootKind::any, version.file});
    }
  }
  auto is_registry = [](std::string_view path) {
    return path.starts_with("models/") && path.ends_with(".yaml");
  };
  data::roots_in_git(workspace_, reach_, is_registry, sink, data::Places::anywhere);
}

void RegistryChecker::check(Env& env, store::FsckSink& sink) {
  for (const Model& model : Registry(env, workspace_).list()) {
    for (const ModelVersion& version : model.versions) {
      store::RootKind kind =
          version.kind == "package" ? store::RootKind::tree : store::RootKind::any;
      sink.expect({version.digest, kind, version.file});
    }
    for (const auto& [alias, number] : model.aliases) {
      bool known = std::any_of(model.versions.begin(), model.versions.end(),
                               [&](const ModelVersion& v) { return v.version == number; });
      if (known) continue;
      sink.problem({"alias", "model:" + model.name + "@" + alias,
                    "it points at version " + std::to_string(number) + ", which is not there"});
    }
  }
}

}  // namespace mlo::package
