#include "remote/remote.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/description.hpp"
#include "remote/download.hpp"
#include "remote/known_indexes.hpp"

namespace mlo::remote {
namespace {

constexpr uint64_t kDescriptionLimit = 64 << 10;
constexpr uint64_t kManifestLimit = 256 << 20;
// Merged indexes grow up to this; those of many more chunks stay several files.
constexpr uint64_t kMergedIndex = 256 << 20;

}  // namespace

struct Remote::Impl {
  Impl(Env& e, const RemoteConfig& c, std::unique_ptr<Backend> b, std::string directory,
       OpenRemote h)
      : env(e),
        config(c),
        backend(std::move(b)),
        cache_dir(std::move(directory)),
        how(h),
        known(e, *backend, cache_dir) {}

  Env& env;
  RemoteConfig config;
  std::unique_ptr<Backend> backend;
  std::string cache_dir;
  OpenRemote how;
  std::string description;  ///< the text that `codec` was made from
  std::unique_ptr<Codec> codec;
  bool verified = false;
  KnownIndexes known;

  std::string cache_file() const { return join_path(cache_dir, kDescriptionName); }

  static Description parsed(const std::string& text, const std::string& place) {
    try {
      return parse_description(text, place);
    } catch (const Error& error) {
      // Short enough that it is damaged by hand or by a bad disk, and nothing opens without it.
      throw failure("the description of the remote is damaged: " + error.message(),
                    "every clone that used the remote keeps a copy: .mlo/remotes/NAME/" +
                        std::string(kDescriptionName));
    }
  }

  void adopt(const std::string& text) {
    if (codec && text == description) return;
    const std::string place = backend->url() + "/" + kDescriptionName;
    codec = open_codec(env, config, parsed(text, place));
    description = text;
    known.clear();
  }

  /// From the cache, unasked; whether there was one that opens.
  bool adopt_cached() {
    if (codec) return true;
    try {
      auto text = read_file_if_exists(cache_file(), kDescriptionLimit);
      if (!text) return false;
      adopt(*text);
      return true;
    } catch (const Error&) {
      // Of another remote under this name, perhaps; what the remote itself says counts.
      return false;
    }
  }

  std::optional<std::string> read_description() {
    return backend->read(kDescriptionName, kDescriptionLimit);
  }

  void verify() {
    if (verified) return;
    std::optional<std::string> text = read_description();
    if (!text && how == OpenRemote::create) {
      backend->put(kDescriptionName, format_description(new_description(env, config)), Put::create);
      // Of two that make it at the same time one wins: what is there now.
      text = read_description();
      if (!text) throw failure("what was written to " + quoted(backend->url()) + " is not there");
    }
    if (!text && mlo::exists(cache_file())) {
      // A mount that is gone leaves its empty mount point: to push there would be the wrong advice.
      throw failure(
          "remote " + quoted(config.name) + " is not at " + quoted(backend->url()) + " any more",
          "is it mounted, or has it moved? 'mlo push --remote " + printable(config.name) +
              "' makes it anew there");
    }
    if (!text) {
      throw failure(
          "nothing was pushed to remote " + quoted(config.name) + " (" + backend->url() + ") yet",
          "mlo push --remote " + printable(config.name));
    }
    adopt(*text);
    verified = true;
    keep();
  }

  void keep() {
    try {
      if (read_file_if_exists(cache_file(), kDescriptionLimit) == description) return;
      make_directories(env.files, cache_dir);
      AtomicFile file(env.files, cache_file(), 0666, AtomicFile::Durability::process_safe);
      file.write(description);
      file.commit();
    } catch (const Error& error) {
      if (error.code() == Exit::interrupted) throw;
    }
  }

  Codec& any_codec() {
    if (!adopt_cached()) verify();
    return *codec;
  }

  std::optional<Manifest> read_manifest(const std::string& name) {
    auto sealed = backend->read(name, kManifestLimit);
    if (!sealed) return std::nullopt;
    return in_context(backend->url(), [&] { return open_manifest(any_codec(), name, *sealed); });
  }
};

Remote::Remote(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Remote::~Remote() = default;

std::unique_ptr<Remote> Remote::open(Env& env, const RemoteConfig& config,
                                     const std::string& cache_dir, OpenRemote how) {
  return open(env, config, open_backend(env, config), cache_dir, how);
}

std::unique_ptr<Remote> Remote::open(Env& env, const RemoteConfig& config,
                                     std::unique_ptr<Backend> backend, const std::string& cache_dir,
                                     OpenRemote how) {
  return std::unique_ptr<Remote>(
      new Remote(std::make_unique<Impl>(env, config, std::move(backend), cache_dir, how)));
}

const RemoteConfig& Remote::config() const { return impl_->config; }
const std::string& Remote::cache_dir() const { return impl_->cache_dir; }
Backend& Remote::backend() { return *impl_->backend; }
void Remote::verify() { impl_->verify(); }
const Codec& Remote::codec() { return impl_->any_codec(); }

unsigned Remote::jobs(unsigned asked) const {
  unsigned jobs = asked != 0 ? asked : impl_->config.jobs;
  if (jobs == 0) jobs = impl_->backend->traits().jobs;
  return std::clamp(jobs, 1U, 256U);
}

bool Remote::exists() {
  if (impl_->verified) return true;
  std::optional<std::string> text = impl_->read_description();
  if (!text) return false;
  impl_->adopt(*text);
  impl_->verified = true;
  impl_->keep();
  return true;
}

bool Remote::certified(const std::string& what) {
  // A manifest under a name of the cached key can only be of this remote: no need to verify.
  return impl_->backend->stat(impl_->any_codec().manifest_name(what)).has_value();
}

std::optional<Manifest> Remote::manifest(const std::string& what) {
  std::optional<Manifest> found;
  try {
    found = impl_->read_manifest(impl_->any_codec().manifest_name(what));
  } catch (const Error& error) {
    if (impl_->verified || error.code() == Exit::interrupted) throw;
  }
  if (!found && !impl_->verified) {
    impl_->verify();
    found = impl_->read_manifest(impl_->any_codec().manifest_name(what));
  }
  return found;
}

std::optional<Manifest> Remote::read_manifest(const std::string& name) {
  return impl_->read_manifest(name);
}

void Remote::put_manifest(const Manifest& manifest, Put how) {
  verify();
  const std::string name = codec().manifest_name(manifest.certifies);
  impl_->backend->put(name, codec().seal_file(name, format_manifest(manifest)), how);
}

const IndexSet& Remote::indexes() {
  verify();
  if (!impl_->known.listed()) {
    if (!impl_->backend->traits().lists) {
      throw failure("remote " + quoted(impl_->config.name) + " cannot list its files",
                    "only commits that were pushed as such can be fetched from it");
    }
    impl_->known.load_listed(codec(), jobs(0));
  }
  return impl_->known.set();
}

const IndexSet& Remote::indexes(std::span<const std::string> names) {
  verify();
  if (impl_->known.listed() || !impl_->known.load(codec(), names, jobs(0))) return indexes();
  return impl_->known.set();
}

Time Remote::listed_at() const { return impl_->known.listed_at(); }

bool Remote::refresh() {
  if (!impl_->backend->traits().lists) return false;
  std::vector<std::string> before = impl_->known.set().names();
  impl_->known.clear();
  std::vector<std::string> after = indexes().names();
  std::sort(before.begin(), before.end());
  std::sort(after.begin(), after.end());
  return before != after;
}

std::vector<RemoteFile> Remote::live_indexes() const { return impl_->known.live(); }
std::vector<std::string> Remote::superseded_indexes() const { return impl_->known.superseded(); }

std::string Remote::put_index(const IndexContent& content) {
  return impl_->known.put(codec(), content);
}

void Remote::merge_indexes(size_t most) {
  std::vector<RemoteFile> live = live_indexes();
  if (live.size() <= most) return;
  std::sort(live.begin(), live.end(),
            [](const RemoteFile& a, const RemoteFile& b) { return a.size < b.size; });
  // At least half of them, and on while the next is no larger than what is merged so far: each byte
  // is written again at most once for each doubling.
  IndexSet small;
  uint64_t size = 0;
  size_t merged = 0;
  for (; merged < live.size(); ++merged) {
    if (merged > live.size() / 2 && live[merged].size > size) break;
    if (size + live[merged].size > kMergedIndex) break;
    small.add(live[merged].name, impl_->known.bytes_of(codec(), live[merged].name));
    size += live[merged].size;
  }
  if (merged < 2) return;
  const auto all = [](const Digest&) { return true; };
  const IndexContent content = small.merged(all);
  for (const IndexContent& other : small.other_recipes(all)) put_index(other);
  put_index(content);
}

std::vector<Digest> Remote::fetch(Env& env, store::ObjectStore& store,
                                  std::span<const Digest> wanted) {
  DownloadOptions options;
  options.jobs = jobs(0);
  DownloadReport report = download(env, store, *this, indexes(), wanted, options);
  return std::move(report.fetched);
}

}  // namespace mlo::remote
