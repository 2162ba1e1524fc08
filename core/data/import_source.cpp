#include "data/import_source.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/import_url.hpp"
#include "remote/url_files.hpp"

namespace mlo::data {
namespace {

class RepositorySource final : public ImportSource {
 public:
  RepositorySource(Env& env, const AskedPath& asked, const std::string& base)
      : env_(env),
        cache_(import_cache(env)),
        repository_(
            repo::OtherRepository::open(env, asked.url, base, join_path(cache_, "repositories"))),
        found_(find_path(repository_, asked)) {}

  repo::Source source() const override { return found_.source; }
  bool is_local() const override { return repository_.is_local(); }
  std::optional<BroughtContent> bring(store::ObjectStore& store,
                                      const std::optional<repo::Source>& before) override {
    if (before == found_.source) return std::nullopt;
    return data::bring(env_, store, repository_, found_, cache_);
  }

 private:
  Env& env_;
  std::string cache_;
  repo::OtherRepository repository_;
  FoundPath found_;
};

/// Which contents are known saves downloads, no more.
std::string cache_if_any(const Env& env) {
  try {
    return import_cache(env);
  } catch (const Error&) {
    return "";
  }
}

class UrlSource final : public ImportSource {
 public:
  UrlSource(Env& env, const AskedPath& asked) : env_(env), cache_(cache_if_any(env)) {
    if (!asked.rev.empty()) {
      throw usage("--rev goes with a repository and a path in it, not with a URL alone");
    }
    remote::check_file_url(asked.url);
    if (repo::holds_credentials(asked.url)) {
      throw usage("the URL holds credentials: its query has a signature or a key",
                  "they would stay in the pointer: curl -o FILE URL, then mlo data add FILE");
    }
    source_.kind = repo::Source::Kind::url;
    source_.url = asked.url;
  }

  repo::Source source() const override { return source_; }
  std::optional<BroughtContent> bring(store::ObjectStore& store,
                                      const std::optional<repo::Source>& before) override {
    return bring_url(env_, store, source_.url, before ? before->etag : "", cache_);
  }

 private:
  Env& env_;
  std::string cache_;
  repo::Source source_;
};

void require_file_url(const AskedPath& asked) {
  if (remote::is_file_url(asked.url)) return;
  throw usage("nothing says what to bring of " + quoted(asked.url),
              "name a repository and a path in it, or an http, https or s3 URL");
}

}  // namespace

std::unique_ptr<ImportSource> open_import_source(Env& env, const AskedPath& asked,
                                                 const std::string& base) {
  if (!asked.path.empty()) return std::make_unique<RepositorySource>(env, asked, base);
  require_file_url(asked);
  return std::make_unique<UrlSource>(env, asked);
}

std::string usual_name(const AskedPath& asked) {
  if (!asked.path.empty()) {
    std::string name(file_name(normal_path(asked.path, "/")));
    if (name.empty()) throw no_inner_path(asked.path);
    return name;
  }
  require_file_url(asked);
  remote::check_file_url(asked.url);
  std::string name = remote::file_name_of_url(asked.url);
  if (name.empty()) throw usage("nothing says what to call it here", "-o OUT names a place");
  return name;
}

bool same_place(const repo::Source& a, const repo::Source& b) {
  return a.url == b.url && a.path == b.path;  // of whatever kind that is by now
}

}  // namespace mlo::data
