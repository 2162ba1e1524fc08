#include "package/open_package.hpp"

#include <fmt/format.h>

#include <mutex>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "infer/predictor.hpp"
#include "package/build.hpp"
#include "plugin/runtime.hpp"
#include "repo/workspace.hpp"
#include "store/object_store.hpp"
#include "store/tree.hpp"

namespace mlo::package {
namespace {

using repo::Reference;

Digest unique_digest(const store::ObjectStore& store, const Reference& reference) {
  const auto found = store.resolve_prefix(reference.id);
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    throw usage(fmt::format("there is no object {} in the store", quoted(reference.text)),
                "fetch or build it first");
  }
  std::vector<std::string> candidates;
  for (size_t i = 0; i < found.size() && i < 10; ++i) candidates.push_back(found[i].text());
  throw usage(
      fmt::format("{} is ambiguous: {} objects begin so", quoted(reference.text), found.size()),
      "candidates: " + join(candidates, ", "));
}

std::string describe(const Resolved& resolved) {
  if (!resolved.name.empty()) return fmt::format("model {}:{}", resolved.name, resolved.version);
  return "package " + resolved.digest.brief();
}

}  // namespace

Resolved resolve(Env& env, repo::Workspace& workspace, std::string_view text) {
  const Reference reference = repo::parse_model_reference(text);
  switch (reference.kind) {
    case Reference::Kind::model: {
      const auto version = Registry(env, workspace).resolve(reference);
      return {version.name, version.version, version.digest};
    }
    case Reference::Kind::run:
      return {"", 0, build(env, workspace, {reference.id, "", Commit::no}).digest};
    case Reference::Kind::digest:
      return {"", 0, unique_digest(workspace.store(), reference)};
    case Reference::Kind::path:
    case Reference::Kind::git:
      break;
  }
  throw usage(fmt::format("{} does not name a package", quoted(text)),
              "model:NAME[:VERSION|@ALIAS], run:ID or sha256:HEX");
}

struct OpenPackage::Impl {
  Impl(Env& e, repo::Workspace& workspace, const Resolved& r, std::span<const std::string> path)
      : env(e),
        store(workspace.store()),
        resolved(r),
        what(describe(r)),
        plugin_path(path.begin(), path.end()) {
    const auto entry = in_context("while opening " + what, [&] {
      return store::find_in_tree(store, resolved.digest, "manifest.json");
    });
    if (!entry) {
      throw failure(fmt::format("{} has no manifest.json: it is not a package", what));
    }
    manifest = parse_manifest(store.read(entry->digest), what + ": manifest.json");
  }

  std::string file(std::string_view path) const {
    const auto* found = manifest.file(path);
    if (found == nullptr) throw failure(fmt::format("{} has no {}", what, quoted(path)));
    return in_context(fmt::format("while reading {} of {}", quoted(path), what),
                      [&] { return store.read(found->digest); });
  }

  /// The runtime that is recorded, else the first one that opens the format; loaded once.
  plugin::Model model() {
    const std::lock_guard hold(mutex);
    if (!opened) {
      const auto info = plugin::find_runtime(env, plugin_path, manifest.runtime);
      const auto runtime = plugin::Runtime::load(info);
      opened = in_context("while opening " + what, [&] {
        return runtime.open(file(manifest.model_file), manifest.model_file);
      });
    }
    return *opened;
  }

  Env& env;
  store::ObjectStore& store;
  Resolved resolved;
  std::string what;
  std::vector<std::string> plugin_path;
  Manifest manifest;
  std::mutex mutex;
  std::optional<plugin::Model> opened;
};

OpenPackage::OpenPackage(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OpenPackage::OpenPackage(OpenPackage&&) noexcept = default;
OpenPackage& OpenPackage::operator=(OpenPackage&&) noexcept = default;
OpenPackage::~OpenPackage() = default;

const Resolved& OpenPackage::resolved() const { return impl_->resolved; }
const Manifest& OpenPackage::manifest() const { return impl_->manifest; }
std::string OpenPackage::file(std::string_view path) const { return impl_->file(path); }

infer::Predictor OpenPackage::predictor() const {
  auto encoder = infer::Encoder::from_json(impl_->file("encoder.json"), "encoder.json");
  const auto task =
      impl_->manifest.task == "regression" ? infer::Task::regression : infer::Task::classification;
  return infer::Predictor(std::move(encoder), impl_->model(), task, impl_->manifest.classes);
}

OpenPackage open_package(Env& env, repo::Workspace& workspace, const Resolved& resolved,
                         std::span<const std::string> plugin_path) {
  return OpenPackage(std::make_unique<OpenPackage::Impl>(env, workspace, resolved, plugin_path));
}

OpenPackage open_package(Env& env, repo::Workspace& workspace, std::string_view reference,
                         std::span<const std::string> plugin_path) {
  return open_package(env, workspace, resolve(env, workspace, reference), plugin_path);
}

}  // namespace mlo::package
