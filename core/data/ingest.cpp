#include "data/ingest.hpp"

#include "base/text.hpp"
#include "data/add_checks.hpp"
#include "data/pointers.hpp"
#include "data/work_file.hpp"
#include "repo/layout.hpp"

namespace mlo::data {
namespace {

/// Relative to the root where the path lies below it, else absolute; both are keys of the stat index.
std::string key_of(const repo::Workspace& workspace, const std::string& path) {
  std::string absolute = normal_path(path, workspace.root());
  return relative_to(absolute, workspace.root()).value_or(absolute);
}

/// Inputs may be symbolic links: what counts is the content behind them.
std::string followed(const repo::Workspace& workspace, const std::string& key) {
  auto status = stat_of(workspace.absolute(key));
  if (!status || !S_ISLNK(status->st_mode)) return key;
  return key_of(workspace, repo::real_path(workspace.absolute(key)));
}

ScanEntry entry_of(repo::Workspace& workspace, const std::string& key,
                   const repo::StatIndex& index) {
  auto found = scan_file(workspace, key, index);
  if (!found) throw usage("there is no file or directory " + quoted(key));
  if (!found->usable()) throw unsupported(key, problem_text(found->problem, ""));
  return *found;
}

std::string read_stored(repo::Workspace& workspace, const Tracked& tracked,
                        const std::string& path) {
  store::ObjectStore& store = workspace.store();
  if (tracked.path == path) {
    if (tracked.pointer.type == repo::Pointer::Type::tree) {
      throw usage(quoted(path) + " is a directory", "name a file in it");
    }
    return store.read(tracked.pointer.digest);
  }
  auto entry =
      store::find_in_tree(store, tracked.pointer.digest, path.substr(tracked.path.size() + 1));
  if (!entry) throw usage("there is no file " + quoted(path) + " in " + quoted(tracked.path));
  if (entry->is_directory()) throw usage(quoted(path) + " is a directory", "name a file in it");
  return store.read(entry->digest);
}

OpenedInput open_path(repo::Workspace& workspace, const std::string& typed) {
  std::string place = normal_path(typed, workspace.absolute(""));
  std::string path = typed;
  try {
    path = workspace.relative(typed);
    place = workspace.absolute(path);
  } catch (const Error&) {
    return {typed, read_file(typed), {}};  // outside the workspace: just a file
  }
  if (is_directory(place)) throw usage(quoted(typed) + " is a directory", "name a file in it");
  if (stat_target(place)) return {path, read_file(place), {}};
  auto tracked = pointer_for(workspace, path);
  if (!tracked) tracked = enclosing_pointer(workspace, path);
  if (!tracked) throw usage("there is no file " + quoted(typed));
  return {path, read_stored(workspace, *tracked, path), {}};
}

OpenedInput open_git(repo::Workspace& workspace, const repo::Reference& reference) {
  repo::Git* git = workspace.git();
  if (!git) {
    throw usage(quoted(reference.text) + " needs git, and there is no repository here");
  }
  std::string commit = git->resolve(reference.rev);
  std::string path = workspace.relative(reference.path);
  std::string name = "git:" + commit + ":" + path;
  if (auto bytes = git->read_file(commit, workspace.git_path(path))) return {name, *bytes, {}};
  for (std::string_view at = path; !at.empty(); at = parent_path(at)) {
    std::string file = repo::pointer_path(at);
    if (auto text = git->read_file(commit, workspace.git_path(file))) {
      Tracked tracked{std::string(at), repo::parse_pointer(*text, reference.rev + ":" + file)};
      return {name, read_stored(workspace, tracked, path), {}};
    }
  }
  throw usage("there is no " + quoted(path) + " at " + quoted(reference.rev));
}

OpenedInput open_digest(repo::Workspace& workspace, const repo::Reference& reference) {
  std::vector<Digest> found = workspace.store().resolve_prefix(reference.id);
  if (found.empty()) throw usage("no stored object begins with " + quoted(reference.text));
  if (found.size() > 1) {
    std::string hint;
    for (size_t i = 0; i < found.size() && i < 12; ++i) hint += (i ? ", " : "") + found[i].text();
    throw usage(quoted(reference.text) + " is ambiguous", hint);
  }
  return {found[0].text(), workspace.store().read(found[0]), found[0]};
}

}  // namespace

Ingested ingest(Env& env, repo::Workspace& workspace, const std::string& path) {
  std::string name = key_of(workspace, path), key = followed(workspace, name);
  return in_context("while keeping " + quoted(name), [&] {
    repo::StatIndex index = repo::StatIndex::load(workspace.stat_index_path());
    store::Batch batch(workspace.store_for_writing());
    ScanEntry entry = entry_of(workspace, key, index);
    Ingested result{name, {}, entry.size, entry.is_directory()};
    if (entry.is_directory()) {
      Scan scan = scan_directory(env, workspace, key, index);
      check_contents(scan);
      store_files(env, workspace, scan, index, batch);
      build(scan, [&](std::string_view bytes) { return batch.add(bytes); });
      result.digest = scan.root.digest;
      result.size = scan.root.size;
    } else {
      store_one(env, workspace, key, entry, index, batch);
      result.digest = entry.digest;
      result.size = entry.size;
    }
    batch.commit();
    save_if_possible(env, workspace, index);
    return result;
  });
}

Ingested fingerprint(Env& env, repo::Workspace& workspace, const std::string& path) {
  std::string name = key_of(workspace, path), key = followed(workspace, name);
  repo::StatIndex index = repo::StatIndex::load(workspace.stat_index_path());
  ScanEntry entry = entry_of(workspace, key, index);
  Ingested result{name, {}, entry.size, entry.is_directory()};
  if (entry.is_directory()) {
    Scan scan = scan_directory(env, workspace, key, index);
    check_contents(scan);
    hash_files(env, workspace, scan, index);
    build(scan, [](std::string_view bytes) { return sha256(bytes); });
    result.digest = scan.root.digest;
    result.size = scan.root.size;
  } else {
    if (!entry.known) hash_one(env, workspace, key, entry, index);
    result.digest = entry.digest;
  }
  save_if_possible(env, workspace, index);
  return result;
}

OpenedInput open_input(Env&, repo::Workspace& workspace, const repo::Reference& reference) {
  OpenedInput input;
  switch (reference.kind) {
    case repo::Reference::Kind::path:
      input = open_path(workspace, reference.path);
      break;
    case repo::Reference::Kind::git:
      input = open_git(workspace, reference);
      break;
    case repo::Reference::Kind::digest:
      return open_digest(workspace, reference);
    default:
      throw usage(quoted(reference.text) + " is not data",
                  "a path, git:REV:PATH or sha256:HEX names data");
  }
  input.digest = sha256(input.bytes);
  return input;
}

}  // namespace mlo::data
