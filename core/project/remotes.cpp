#include "project/remotes.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/remotes.hpp"
#include "format/yaml.hpp"
#include "format/yaml_splice.hpp"

namespace mlo::project {
namespace {

using format::Value;

constexpr const char* kConfigFile = "mlo.yaml";
constexpr const char* kLocalFile = ".mlo/config.yaml";
constexpr const char* kSection = "remotes";
constexpr size_t kFileLimit = 16 << 20;

/// The two files as texts that are edited together.
class Files {
 public:
  Files(Env& env, repo::Workspace& workspace) : env_(env), workspace_(workspace) {
    shared_ = before_ = read_file(workspace.absolute(kConfigFile), kFileLimit);
    local_ = local_before_ = read_file_if_exists(local_path(), kFileLimit).value_or("");
  }

  void set(const std::string& name, const Value& entry) {
    shared_ = format::set_at(shared_, kConfigFile, {kSection, name}, entry);
  }
  void set_local(const std::string& name, const Value& entry) {
    local_ = format::set_at(local_, kLocalFile, {kSection, name}, entry);
  }
  void remove(const std::string& name) {
    shared_ = format::remove_at(shared_, kConfigFile, {kSection, name});
    local_ = format::remove_at(local_, kLocalFile, {kSection, name});
  }
  void set_default(const std::string& name, bool value) {
    const format::KeyPath path = {kSection, name, "default"};
    for (auto [text, file] : {std::pair(&shared_, kConfigFile), std::pair(&local_, kLocalFile)}) {
      const Value document = format::parse_yaml(*text, file);
      if (document[kSection].find(name) == nullptr) continue;
      *text =
          value ? format::set_at(*text, file, path, true) : format::remove_at(*text, file, path);
      // In the one that the other workspaces see, where it is in both.
      if (value) break;
    }
  }

  /// The local file first: an entry there alone names no remote that others would miss.
  std::vector<std::string> write() {
    std::vector<std::string> written;
    if (local_ != local_before_) {
      write_file_atomically(env_.files, local_path(), local_, 0600);
      written.push_back(kLocalFile);
    }
    if (shared_ != before_) {
      write_file_atomically(env_.files, workspace_.absolute(kConfigFile), shared_);
      written.push_back(kConfigFile);
    }
    return written;
  }

 private:
  std::string local_path() const { return join_path(workspace_.mlo_dir(), "config.yaml"); }

  Env& env_;
  repo::Workspace& workspace_;
  std::string shared_, before_, local_, local_before_;
};

/// In mlo.yaml relative paths start at the root, where people type them from where they stand.
std::string url_from_root(const repo::Workspace& workspace, const RemoteAddOptions& options) {
  const bool relative_path = options.url.find(':') == std::string::npos &&
                             !options.url.starts_with('/') && !options.url.starts_with('~') &&
                             !options.url.empty();
  if (!relative_path || options.directory == workspace.root()) return options.url;
  return normal_path(options.url, options.directory);
}

Value shared_entry(const repo::Workspace& workspace, const RemoteAddOptions& options) {
  Value entry = Value::object().set("url", url_from_root(workspace, options));
  if (options.is_default) entry.set("default", true);
  if (options.encrypt) entry.set("encrypt", true);
  if (options.chunking_off) entry.set("chunking", "off");
  if (options.jobs != 0) entry.set("jobs", options.jobs);
  for (const auto& [key, text] :
       {std::pair("endpoint", &options.endpoint), std::pair("region", &options.region),
        std::pair("profile", &options.profile)}) {
    if (!text->empty()) entry.set(key, *text);
  }
  return entry;
}

Value local_entry(const RemoteAddOptions& options) {
  Value entry = Value::object();
  for (const auto& [key, path] : {std::pair("key_file", &options.key_file),
                                  std::pair("passphrase_file", &options.passphrase_file),
                                  std::pair("identity_file", &options.identity_file),
                                  std::pair("known_hosts_file", &options.known_hosts_file),
                                  std::pair("ca_file", &options.ca_file)}) {
    if (!path->empty()) entry.set(key, normal_path(*path, options.directory));
  }
  return entry;
}

void check(const RemoteAddOptions& options) {
  const bool key = !options.key_file.empty() || !options.passphrase_file.empty();
  if (key && !options.encrypt) {
    throw usage("--key-file and --passphrase-file are for encrypted remotes", "add --encrypt");
  }
  if (!options.key_file.empty() && !options.passphrase_file.empty()) {
    throw usage("--key-file and --passphrase-file exclude each other");
  }
}

}  // namespace

RemoteAddReport add_remote(Env& env, repo::Workspace& workspace, const RemoteAddOptions& options) {
  check(options);
  repo::WorkspaceLock lock = workspace.lock();
  const std::vector<std::string> names = data::remote_names(workspace);
  if (std::find(names.begin(), names.end(), options.name) != names.end()) {
    throw usage("there is a remote " + quoted(options.name) + " already",
                "mlo remote remove " + printable(options.name) + ", or edit mlo.yaml");
  }
  Value entry = shared_entry(workspace, options);
  const Value local = local_entry(options);
  RemoteAddReport report;
  report.config =
      remote::parse_remote(options.name, entry, "the command line",
                           local.size() > 0 ? &local : nullptr, kLocalFile, workspace.root());
  if (options.probe) {
    auto backend = remote::open_backend(env, report.config);
    report.traits = remote::probe(env, *backend);
    report.probed = true;
    // Whoever reads mlo.yaml later need not find it out again: a create is one request then, not two.
    if (report.config.scheme == remote::Scheme::s3) {
      entry.set("conditional_put", report.traits.atomic_create);
    }
  }
  Files files(env, workspace);
  files.set(options.name, entry);
  if (local.size() > 0) files.set_local(options.name, local);
  if (options.is_default) {
    for (const std::string& name : names) files.set_default(name, false);
  }
  report.files = files.write();
  return report;
}

std::vector<RemoteEntry> list_remotes(repo::Workspace& workspace) {
  std::vector<RemoteEntry> entries;
  for (const std::string& name : data::remote_names(workspace)) {
    const remote::RemoteConfig config = data::remote_config(workspace, name);
    entries.push_back({name, config.url, config.is_default, config.encrypt, config.chunking});
  }
  if (entries.size() == 1) entries[0].is_default = true;
  return entries;
}

void set_default_remote(Env& env, repo::Workspace& workspace, const std::string& name) {
  repo::WorkspaceLock lock = workspace.lock();
  data::remote_config(workspace, name);  // throws when there is none
  Files files(env, workspace);
  for (const std::string& other : data::remote_names(workspace)) {
    if (other != name) files.set_default(other, false);
  }
  files.set_default(name, true);
  files.write();
}

void remove_remote(Env& env, repo::Workspace& workspace, const std::string& name) {
  repo::WorkspaceLock lock = workspace.lock();
  const std::vector<std::string> names = data::remote_names(workspace);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    throw usage("there is no remote " + quoted(name), suggestion(name, names));
  }
  Files files(env, workspace);
  files.remove(name);
  files.write();
  // Only what check_name() of the configuration let through: no path leads out of .mlo/remotes.
  if (name.find('/') == std::string::npos && name[0] != '.') {
    remove_tree(env.files, data::remote_cache(workspace, name));
  }
}

}  // namespace mlo::project
