#include "data/import_url.hpp"

#include <atomic>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/temporary_file.hpp"
#include "base/text.hpp"
#include "data/dvc_known.hpp"
#include "data/dvc_tree.hpp"
#include "remote/url_files.hpp"
#include "store/batch.hpp"

namespace mlo::data {
namespace {

/// Downloads at a time; what limits them is mostly how long a server takes to answer.
constexpr unsigned kDownloads = 8;

/// What names the content, whether the server calls it weak ("W/...") or leaves the quotes out.
std::string_view plain_etag(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) {
    return etag.substr(1, etag.size() - 2);
  }
  return etag;
}

class UrlBringer {
 public:
  UrlBringer(Env& env, store::ObjectStore& store, const std::string& url, const std::string& cache)
      : env_(env),
        store_(store),
        url_(url),
        files_(env, url),
        known_contents_(cache.empty() ? "" : join_path(cache, "dvc-objects")),
        hold_(store.lock(store::LockKind::shared)),
        batch_(store) {}

  std::optional<BroughtContent> run(const std::string& known) {
    auto content = files_.is_directory() ? directory(known) : file(known);
    if (content) content->hold = std::move(hold_);
    return content;
  }

 private:
  std::optional<BroughtContent> file(const std::string& known) {
    const TemporaryFile got(env_.files, new_name());
    const auto version = files_.download("", known, got.path());
    if (!version) return std::nullopt;
    const store::AddedFile added = batch_.take_file(got.path());
    batch_.commit();
    return brought({store::kFileMode, added.digest, added.size, 1, ""}, source(version->etag));
  }

  std::optional<BroughtContent> directory(const std::string& known) {
    const std::vector<remote::UrlFiles::Listed> listed = files_.list();
    const std::string version = version_of(listed);
    if (!version.empty() && version == known) return std::nullopt;
    check(listed);
    std::vector<ListedFile> taken(listed.size());
    auto progress = env_.reporter.progress("import", listed.size());
    std::atomic<uint64_t> done = 0;
    auto take_one = [&](size_t i) {
      env_.check_cancelled();
      taken[i] = take(listed[i]);
      progress->update(++done);
    };
    parallel_for(listed.size(), take_one, kDownloads);
    store::TreeEntry root = write_listed_tree(taken, batch_);
    root.mode = store::kDirectoryMode;
    batch_.commit();
    known_contents_.save_if_possible(env_.files);
    return brought(root, source(version));
  }

  std::string new_name() const { return store_.inside("tmp/" + random_hex(32) + ".download"); }

  /// Empty where the server does not tell versions apart.
  static std::string version_of(const std::vector<remote::UrlFiles::Listed>& listed) {
    std::string text;
    for (const auto& file : listed) {
      if (file.etag.empty()) return "";
      text += file.etag + " " + std::to_string(file.size) + " " + file.name + "\n";
    }
    return sha256(as_bytes(text)).hex();
  }

  void check(const std::vector<remote::UrlFiles::Listed>& listed) const {
    std::vector<std::string_view> names;
    for (const auto& file : listed) names.push_back(file.name);
    check_listing(std::move(names), quoted(files_.url()));
  }

  ListedFile take(const remote::UrlFiles::Listed& listed) {
    const auto md5 = parse_md5(plain_etag(listed.etag));
    const auto content = md5 ? known_contents_.find(DvcHash::md5, *md5) : std::nullopt;
    if (content && content->size == listed.size && batch_.keep(content->sha256, content->size)) {
      return {listed.name, store::kFileMode, content->sha256, content->size};
    }
    const TemporaryFile got(env_.files, new_name());
    const auto version = files_.download(listed.name, "", got.path());
    const bool comparable = !listed.etag.empty() && !version->etag.empty();
    if (version->size != listed.size ||
        (comparable && plain_etag(version->etag) != plain_etag(listed.etag))) {
      throw failure(quoted(files_.url() + listed.name) + " changed while the directory was read",
                    "run the command again");
    }
    if (md5) {
      const Descriptor fd = open_read(got.path());
      known_contents_.set(DvcHash::md5, dvc_names_of(fd.get(), got.path(), DvcHash::md5));
    }
    const store::AddedFile added = batch_.take_file(got.path());
    return {listed.name, store::kFileMode, added.digest, added.size};
  }

  repo::Source source(const std::string& version) const {
    repo::Source source;
    source.kind = repo::Source::Kind::url;
    source.url = url_;
    source.etag = version;
    return source;
  }

  Env& env_;
  store::ObjectStore& store_;
  const std::string& url_;
  remote::UrlFiles files_;
  DvcKnown known_contents_;
  std::optional<store::FileLock> hold_;
  store::Batch batch_;
};

}  // namespace

std::optional<BroughtContent> bring_url(Env& env, store::ObjectStore& store, const std::string& url,
                                        const std::string& known, const std::string& cache) {
  return UrlBringer(env, store, url, cache).run(known);
}

}  // namespace mlo::data
