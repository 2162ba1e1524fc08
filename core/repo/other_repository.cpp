#include "repo/other_repository.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "repo/git_command.hpp"
#include "repo/source.hpp"

namespace mlo::repo {
namespace {

constexpr int64_t kLockTimeout = 600'000'000'000;  // another mlo may be fetching

/// A path, as git sees it: "a:b/c" is a host unless a slash stands before the colon.
bool is_path(const std::string& url) {
  const size_t colon = url.find(':');
  return colon == std::string::npos || url.find('/') < colon;
}

void refuse_odd_url(const std::string& url) {
  if (url.empty() || url.starts_with('-') || !is_utf8(url) ||
      std::ranges::any_of(url, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    throw usage(quoted(url) + " is no repository");
  }
  const size_t helper = url.find("::");
  if (helper != std::string::npos && helper < url.find_first_of("/.@")) {
    throw usage("the URL " + quoted(url) + " names a helper program, which mlo does not run");
  }
  if (holds_credentials(url)) {
    throw usage("the URL of the repository holds credentials",
                "leave them out: git asks for them, or its credential helper knows them");
  }
}

void refuse_odd_rev(const std::string& rev) {
  if (rev.starts_with('-') || rev.find_first_of(":\n") != std::string::npos) {
    throw usage(quoted(rev) + " is no revision");
  }
}

}  // namespace

bool is_commit_id(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && is_lower_hex(text);
}

std::vector<GitEntry> parse_tree_listing(std::string_view text) {
  std::vector<GitEntry> entries;
  while (!text.empty()) {
    const size_t end = text.find('\0'), tab = text.find('\t');
    if (end == std::string_view::npos || tab == std::string_view::npos || tab > end) {
      throw failure("cannot read the listing of git");
    }
    const auto fields = split(text.substr(0, tab), ' ');  // mode, kind, id
    if (fields.size() != 3 || !is_commit_id(fields[2])) {
      throw failure("cannot read the listing of git");
    }
    uint32_t mode = 0;
    for (char digit : fields[0]) mode = mode * 8 + static_cast<uint32_t>(digit - '0');
    entries.push_back(
        {std::string(text.substr(tab + 1, end - tab - 1)), mode, std::string(fields[2])});
    text.remove_prefix(end + 1);
  }
  return entries;
}

OtherRepository OtherRepository::open(Env& env, const std::string& url, const std::string& base,
                                      const std::string& cache) {
  refuse_odd_url(url);
  OtherRepository repository(env, url);
  if (!is_path(url)) {
    repository.use_cache(cache);
    return repository;
  }
  const std::string path = normal_path(url, base);
  if (!is_directory(path)) throw usage("there is no repository " + quoted(url));
  repository.local_ = true;
  repository.directory_ = path;
  const auto tree = run_git(env, {{"rev-parse", "--show-toplevel", "--show-prefix"}, path});
  if (tree.code == 0) {
    const auto lines = split(tree.output, '\n');
    repository.work_tree_ = lines[0];
    if (lines.size() > 1) repository.prefix_ = normal_path(lines[1], "/").substr(1);
    return repository;
  }
  const auto bare = run_git(env, {{"rev-parse", "--git-dir"}, path});
  if (bare.code != 0) throw usage(quoted(url) + " is no git repository: " + git_reason(bare));
  return repository;
}

GitCommand OtherRepository::git(std::vector<std::string> arguments) const {
  GitCommand command{std::move(arguments)};
  // A damaged clone must not make git look for a repository around it: that is the user's own.
  (local_ ? command.directory : command.git_dir) = directory_;
  return command;
}

void OtherRepository::use_cache(const std::string& cache) {
  const std::string name = sha256(std::string_view(url_)).hex().substr(0, 16);
  make_directories(env_->files, cache);
  const std::string lock = join_path(cache, name + ".lock");
  if (!exists(lock)) env_->files.create(lock, Create::append, 0666);
  lock_ = store::FileLock::acquire(*env_, lock, store::LockKind::exclusive, kLockTimeout,
                                   "the cached clone of " + quoted(url_));
  directory_ = join_path(cache, name + ".git");
  const std::string what = "cannot set up a clone of " + quoted(url_);
  if (run_git(*env_, git({"config", "remote.origin.url"})).code == 0) return;
  remove_tree(env_->files, directory_);  // killed while it was set up
  ask_git(*env_, {{"init", "-q", "--bare", "--template=", directory_}}, what);
  ask_git(*env_, git({"config", "gc.auto", "0"}), what);
  ask_git(*env_, git({"config", "remote.origin.url", url_}), what);
}

std::optional<std::string> OtherRepository::parse(const std::string& rev) {
  const auto result = run_git(*env_, git({"rev-parse", "--verify", "--quiet", rev + "^{commit}"}));
  const std::string id(trimmed(result.output));
  return result.code == 0 && is_commit_id(id) ? std::optional(id) : std::nullopt;
}

std::optional<std::string> OtherRepository::ask_server(const std::string& rev) {
  // In git's own order of preference. "^{}": what an annotated tag points at.
  const std::vector<std::string> names =
      rev.empty() ? std::vector<std::string>{"HEAD"}
                  : std::vector<std::string>{"refs/tags/" + rev + "^{}", "refs/tags/" + rev,
                                             "refs/heads/" + rev, rev};
  GitCommand command = git({"ls-remote", "-q", "origin"});
  for (const std::string& name : names) command.arguments.push_back(name);
  const std::string answer = ask_git(*env_, command, "cannot ask " + quoted(url_));
  for (const std::string& name : names) {
    for (std::string_view line : split(answer, '\n')) {
      const size_t tab = line.find('\t');
      if (tab == std::string_view::npos || line.substr(tab + 1) != name) continue;
      if (is_commit_id(line.substr(0, tab))) return std::string(line.substr(0, tab));
    }
  }
  return std::nullopt;
}

std::string OtherRepository::resolve(const std::string& rev) {
  refuse_odd_rev(rev);
  std::optional<std::string> commit;
  if (local_) {
    commit = parse(rev.empty() ? "HEAD" : rev);
  } else if (is_commit_id(rev)) {
    commit = rev;
  } else if (commit = ask_server(rev); !commit && !rev.empty()) {
    fetch_all();  // "v1~2", "3fa9c1d": only history knows
    commit = parse(rev);
  }
  if (commit) return *commit;
  throw usage(quoted(url_) + (rev.empty() ? " has no commit" : " has no revision " + quoted(rev)));
}

bool OtherRepository::has(const std::string& commit) {
  // Asking for the object would fetch it.
  const std::string ref = "refs/mlo/commits/" + commit;
  return run_git(*env_, git({"show-ref", "--verify", "-q", ref})).code == 0;
}

bool OtherRepository::fetch_one(const std::string& what, const std::string& commit) {
  const std::string ref = "refs/mlo/commits/" + commit;
  const auto result =
      run_git(*env_, git({"fetch", "-q", "--no-tags", "--depth", "1", "--filter=blob:none",
                          "--no-write-fetch-head", "origin", "+" + what + ":" + ref}));
  if (result.code != 0) return false;
  if (parse(ref) == commit) return true;
  // The branch moved on since it was resolved.
  run_git(*env_, git({"update-ref", "-d", ref}));
  return false;
}

void OtherRepository::fetch_all() {
  const bool shallow = exists(directory_ + "/shallow");
  GitCommand command = git({"fetch", "-q", "--filter=blob:none", "--no-write-fetch-head"});
  if (shallow) command.arguments.push_back("--unshallow");
  command.arguments.insert(command.arguments.end(),
                           {"origin", "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"});
  ask_git(*env_, command, "cannot fetch from " + quoted(url_));
}

void OtherRepository::fetch(const std::string& commit, const std::string& rev) {
  if (local_ || has(commit)) return;
  if (fetch_one(commit, commit)) return;
  // Old servers give commits only by a name that points at them.
  if (fetch_one(rev.empty() ? "HEAD" : rev, commit)) return;
  fetch_all();
  if (!parse(commit)) {
    throw failure("cannot fetch commit " + commit.substr(0, 12) + " from " + quoted(url_));
  }
  ask_git(*env_, git({"update-ref", "refs/mlo/commits/" + commit, commit}),
          "cannot keep a commit of " + quoted(url_));
}

std::vector<GitEntry> OtherRepository::find(const std::string& commit,
                                            std::span<const std::string> paths) {
  GitCommand command = git({"ls-tree", "-z", "--full-tree", commit, "--"});
  for (const std::string& path : paths) {
    if (!path.empty()) command.arguments.push_back(path);
  }
  if (command.arguments.size() == 5) return {};
  return parse_tree_listing(
      ask_git(*env_, command, "cannot look into commit " + commit.substr(0, 12)));
}

std::vector<GitEntry> OtherRepository::list(const std::string& id) {
  return parse_tree_listing(ask_git(*env_, git({"ls-tree", "-r", "-z", "--full-tree", id}),
                                    "cannot list a tree of " + quoted(url_)));
}

std::optional<std::string> OtherRepository::read(const std::string& commit, const std::string& path,
                                                 uint64_t limit) {
  const std::vector<GitEntry> found = find(commit, std::span(&path, 1));
  if (found.empty() || !found[0].is_file()) return std::nullopt;
  std::string text;
  read_blobs(std::span(&found[0].id, 1), {[&](size_t, uint64_t size) {
                                            if (size > limit) {
                                              throw failure(quoted(path) + " of " + quoted(url_) +
                                                            " is larger than " + human_size(limit));
                                            }
                                          },
                                          [&](std::string_view bytes) { text += bytes; }});
  return text;
}

namespace {

/// Takes apart what `git cat-file --batch` prints: "ID blob SIZE\n", the bytes, "\n".
class BatchReader {
 public:
  BatchReader(std::span<const std::string> ids, const OtherRepository::BlobSink& sink)
      : ids_(ids), sink_(sink) {}

  void take(std::string_view bytes) {
    while (!bytes.empty()) {
      if (left_ > 0) {
        const auto piece = bytes.substr(0, std::min<uint64_t>(left_, bytes.size()));
        sink_.bytes(piece);
        left_ -= piece.size();
        bytes.remove_prefix(piece.size());
        continue;
      }
      // The line end behind a content, or a header up to its line end.
      const char c = bytes.front();
      bytes.remove_prefix(1);
      if (behind_content_) {
        behind_content_ = false;
      } else if (c != '\n') {
        header_ += c;
      } else {
        start();
      }
    }
  }
  bool complete() const { return next_ == ids_.size() && left_ == 0; }

 private:
  void start() {
    const auto fields = split(header_, ' ');
    const auto size = fields.size() == 3 ? parse_int(fields[2]) : std::nullopt;
    if (next_ >= ids_.size() || !size || *size < 0 || fields[0] != ids_[next_]) {
      throw failure("git cannot read blob " + printable(header_));
    }
    left_ = static_cast<uint64_t>(*size);
    behind_content_ = true;
    header_.clear();
    sink_.begin(next_++, left_);
  }

  std::span<const std::string> ids_;
  const OtherRepository::BlobSink& sink_;
  std::string header_;
  size_t next_ = 0;
  uint64_t left_ = 0;
  bool behind_content_ = false;
};

std::string lines_of(std::span<const std::string> ids) {
  std::string lines;
  for (const std::string& id : ids) lines += id + "\n";
  return lines;
}

}  // namespace

void OtherRepository::read_blobs(std::span<const std::string> ids, const BlobSink& sink) {
  if (ids.empty()) return;
  if (!local_ && ids.size() > 1) {
    // All missing ones in one request, as git does before a checkout; one by one where that fails.
    GitCommand fetch = git({"-c", "fetch.negotiationAlgorithm=noop", "fetch", "-q", "origin",
                            "--no-tags", "--no-write-fetch-head", "--filter=blob:none", "--stdin"});
    fetch.input = lines_of(ids);
    run_git(*env_, fetch);
  }
  BatchReader reader(ids, sink);
  const std::string what = "cannot read files of " + quoted(url_);
  GitCommand command = git({"cat-file", "--batch"});
  command.input = lines_of(ids);
  command.output = [&](std::string_view bytes) { reader.take(bytes); };
  ask_git(*env_, command, what);
  if (!reader.complete()) throw failure(what + ": git ended early");
}

}  // namespace mlo::repo
