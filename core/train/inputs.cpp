#include "train/inputs.hpp"

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "repo/reference.hpp"
#include "store/batch.hpp"

namespace mlo::train {

namespace {

data::OpenedInput open_one(Env& env, repo::Workspace& workspace, const std::string& reference,
                           Inputs& inputs) {
  repo::Reference parsed = repo::parse_reference(reference);
  if (parsed.kind == repo::Reference::Kind::model || parsed.kind == repo::Reference::Kind::run)
    throw usage(quoted(reference) + " does not name data",
                "use a path, git:REV:PATH or sha256:HEX");
  // Paths of mlo.yaml are relative to the file, wherever the user stands.
  bool is_path = parsed.kind == repo::Reference::Kind::path;
  std::string path = is_path ? workspace.absolute(reference) : "";
  if (is_path) parsed = repo::parse_reference(path);
  data::OpenedInput opened = data::open_input(env, workspace, parsed);
  // Outside the workspace: as mlo.yaml says it, so that a package's digest does not depend on where the
  // workspace lies.
  if (is_path && opened.name == path) opened.name = reference;
  // A pointer's file that is not checked out was read from the store and is there already.
  if (is_path && !stat_target(path)) path.clear();
  inputs.stored.push_back({opened.name, opened.digest, opened.bytes.size(), path});
  return opened;
}

/// A blob of git's is not in the store yet; what a pointer or a digest names is.
void store_from_git(Env& env, repo::Workspace& workspace, const StoredInput& input) {
  store::Batch batch(workspace.store_for_writing());
  if (!batch.keep(input.digest, input.size)) {
    batch.add(data::open_input(env, workspace, repo::parse_reference(input.name)).bytes);
  }
  batch.commit();
}

[[noreturn]] void throw_changed(const StoredInput& input) {
  throw failure(quoted(input.name) + " changed while the training ran",
                "train again when nothing writes to it");
}

}  // namespace

Inputs open_inputs(Env& env, repo::Workspace& workspace, const TrainingSpec& spec) {
  Inputs inputs;
  inputs.data = open_one(env, workspace, spec.data, inputs);
  if (!spec.module.empty()) inputs.module = open_one(env, workspace, spec.module, inputs);
  return inputs;
}

store::FileLock store_inputs(Env& env, repo::Workspace& workspace, const Inputs& inputs) {
  store::FileLock hold = workspace.store_for_writing().lock(store::LockKind::shared);
  for (const StoredInput& input : inputs.stored) {
    if (input.path.empty()) {
      store_from_git(env, workspace, input);
    } else if (data::ingest(env, workspace, input.path).digest != input.digest) {
      throw_changed(input);
    }
  }
  return hold;
}

void check_inputs(Env& env, repo::Workspace& workspace, const Inputs& inputs) {
  for (const StoredInput& input : inputs.stored) {
    if (input.path.empty()) continue;
    if (!stat_target(input.path)) throw_changed(input);
    if (data::fingerprint(env, workspace, input.path).digest != input.digest) throw_changed(input);
  }
}

}  // namespace mlo::train
