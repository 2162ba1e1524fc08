#include "data/dvc_export.hpp"

#include <algorithm>
#include <atomic>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "data/dvc_annotations.hpp"
#include "data/dvc_cache.hpp"
#include "data/dvc_directory.hpp"
#include "data/dvc_known.hpp"
#include "data/dvc_repository.hpp"
#include "data/pointers.hpp"
#include "repo/ignore_rules.hpp"
#include "repo/layout.hpp"
#include "store/tree_walk.hpp"

namespace mlo::data {
namespace {

constexpr size_t kExportBatch = 1024;
constexpr int kMostLinks = 16;

struct ExportFile {
  std::string path;  ///< relative to the tracked directory; empty: the tracked file itself
  Digest digest;
  uint64_t size = 0;
  Md5Digest md5;
};

/// One tracked path on its way.
struct Export {
  const Tracked* tracked = nullptr;
  std::string path;  ///< relative to the DVC repository
  std::vector<ExportFile> files;
};

class DvcExporter {
 public:
  DvcExporter(Env& env, repo::Workspace& workspace, const DvcExportOptions& options,
              DvcRepository repository, std::string base)
      : env_(env),
        workspace_(workspace),
        options_(options),
        repository_(std::move(repository)),
        base_(std::move(base)),
        known_(workspace.mlo_dir() + "/dvc-objects"),
        cache_(env, repository_.config.cache_dir) {}

  DvcExportReport run() {
    report_.repository = repository_.root;
    selection_ = select(env_, workspace_, options_.paths);
    for (const Tracked& tracked : selection_.pointers) exports_.push_back(plan(tracked));
    write_contents();
    for (const Export& one : exports_) write(one);
    cache_.commit();
    publish();
    return std::move(report_);
  }

 private:
  Export plan(const Tracked& tracked) {
    Export one;
    one.tracked = &tracked;
    one.path = *relative_to(normal_path(join_path(base_, tracked.path), "/"), repository_.root);
    const repo::Pointer& pointer = tracked.pointer;
    if (pointer.type == repo::Pointer::Type::file) {
      one.files = {{"", pointer.digest, pointer.size, {}}};
      return one;
    }
    store::walk_tree(workspace_.store(), pointer.digest,
                     [&](const std::string& path, const store::TreeEntry& entry) {
                       add_entry(one, path, entry);
                     });
    return one;
  }

  void lose(const std::string& path, const std::string& reason) {
    report_.lost.push_back({path, reason});
  }

  void add_entry(Export& one, const std::string& path, const store::TreeEntry& entry) {
    std::string shown = join_path(one.path, path);
    if (entry.is_directory()) {
      if (entry.count == 0) lose(shown, "is an empty directory");
      return;
    }
    if (file_name(path) == ".dvcignore") {
      lose(shown, "is a .dvcignore, which DVC refuses inside tracked data");
    } else if (!is_utf8(path)) {
      lose(shown, "has a name that is no UTF-8, at which DVC stops");
    } else if (ignored(one.path, path)) {
      lose(shown, "is ignored by .dvcignore");
    } else if (entry.mode == store::kSymlinkMode) {
      add_link(one, path, shown);
    } else {
      if (entry.mode == store::kExecutableMode) ++report_.executables;
      one.files.push_back({path, entry.digest, entry.size, {}});
    }
  }

  bool ignored(const std::string& outer, const std::string& path) const {
    std::string whole = join_path(outer, path);
    for (size_t at = whole.find('/', outer.size() + 1); at != std::string::npos;
         at = whole.find('/', at + 1)) {
      if (repository_.ignored.ignored(whole.substr(0, at), true)) return true;
    }
    return repository_.ignored.ignored(whole, false);
  }

  /// DVC stores the file behind a link to a file, and passes over links to directories.
  void add_link(Export& one, const std::string& path, const std::string& shown) {
    const Digest& root = one.tracked->pointer.digest;
    std::string at = path;
    for (int steps = 0; steps < kMostLinks; ++steps) {
      auto entry = store::find_in_tree(workspace_.store(), root, at);
      if (!entry) return lose(shown, "is a symbolic link that leads outside");
      if (entry->is_directory()) return lose(shown, "is a symbolic link to a directory");
      if (entry->mode != store::kSymlinkMode) {
        lose(shown, "is a symbolic link: DVC keeps a copy of what it leads to");
        one.files.push_back({path, entry->digest, entry->size, {}});
        return;
      }
      std::string target = workspace_.store().read(entry->digest, 65536);
      // Below a root that no link names: ".." beyond it must not lead back inside.
      static constexpr std::string_view kRoot = "/\x01";
      auto inside = relative_to(normal_path(target, join_path(kRoot, parent_path(at))), kRoot);
      if (target.starts_with('/') || !inside || inside->empty()) {
        return lose(shown, "is a symbolic link that leads outside");
      }
      at = *inside;
    }
    lose(shown, "is a symbolic link in a circle");
  }

  void write_contents() {
    std::vector<ExportFile*> all;
    for (Export& one : exports_) {
      for (ExportFile& file : one.files) all.push_back(&file);
    }
    auto progress = env_.reporter.progress("export", all.size());
    std::atomic<uint64_t> objects = 0, bytes = 0;
    for (size_t begin = 0; begin < all.size(); begin += kExportBatch) {
      size_t count = std::min(kExportBatch, all.size() - begin);
      parallel_for(count, [&](size_t i) {
        env_.check_cancelled();
        ExportFile& file = *all[begin + i];
        file.md5 = md5_of(file);
        if (!cache_.add(workspace_.store(), file.digest, file.size, file.md5)) return;
        ++objects;
        bytes += file.size;
      });
      cache_.commit();
      known_.save(env_.files);
      progress->update(begin + count);
    }
    report_.objects = objects;
    report_.bytes = bytes;
  }

  Md5Digest md5_of(const ExportFile& file) {
    if (auto md5 = known_.md5_of(file.digest)) return *md5;
    store::ObjectView view = workspace_.store().view(file.digest);
    DvcNames names = dvc_names(view.bytes(), DvcHash::md5);
    known_.set(DvcHash::md5, names);
    return names.md5;
  }

  void write(const Export& one) {
    const repo::Pointer& pointer = one.tracked->pointer;
    DvcContent content;
    content.name = file_name(one.path);
    if (pointer.type == repo::Pointer::Type::file) {
      content.md5 = one.files[0].md5.hex();
      content.size = pointer.size;
      content.executable = is_executable(*one.tracked);
    } else {
      std::vector<DvcFile> list;
      for (const ExportFile& file : one.files) {
        list.push_back({file.path, file.md5});
        content.size += file.size;
      }
      content.files = list.size();
      std::string text = format_dvc_directory(std::move(list));
      Md5Digest sum = md5(text);
      if (cache_.add_directory(text, sum)) ++report_.objects;
      content.md5 = sum.hex() + ".dir";
    }
    contents_.emplace_back(&one, std::move(content));
  }

  /// As the file lies there; without one, as DVC said.
  bool is_executable(const Tracked& tracked) {
    auto status = stat_of(workspace_.absolute(tracked.path));
    if (status && S_ISREG(status->st_mode)) return (status->st_mode & S_IXUSR) != 0;
    const format::Value& said = tracked.pointer.dvc["out"]["isexec"];
    return said.is_bool() && said.as_bool();
  }

  void publish() {
    auto lock = workspace_.lock(options_.lock_timeout);
    for (const auto& [one, content] : contents_) publish_one(*one, content);
  }

  void publish_one(const Export& one, const DvcContent& content) {
    bool written = false;
    if (const DvcOut* said = out_of(one.path)) {
      std::string md5 = said->md5.hex() + (said->is_directory ? ".dir" : "");
      bool same = said->problem.empty() && md5 == content.md5 && said->hash == DvcHash::md5;
      if (!same && said->file != one.path + ".dvc") {
        return lose(one.path, "is tracked by " + quoted(said->file) +
                                  " with another content ('dvc commit' records this one)");
      }
      if (!same) written = write_file(one, content, dvc_annotations(*said));
    } else {
      written = write_file(one, content, one.tracked->pointer.dvc);
    }
    ignore(one);
    report_.files.push_back({one.path, content.md5, content.size, written});
  }

  const DvcOut* out_of(const std::string& path) const {
    auto found = std::find_if(repository_.outs.begin(), repository_.outs.end(),
                              [&](const DvcOut& out) { return out.path == path; });
    return found == repository_.outs.end() ? nullptr : &*found;
  }

  bool write_file(const Export& one, const DvcContent& content, const format::Value& kept) {
    std::string file = join_path(repository_.root, one.path) + ".dvc";
    std::string directory(parent_path(file));
    if (!is_directory(directory)) make_directories(env_.files, directory);
    write_file_atomically(env_.files, file, dvc_file_text(content, kept));
    return true;
  }

  void ignore(const Export& one) {
    std::string place = join_path(repository_.root, one.path);
    std::string file = join_path(parent_path(place), ".gitignore");
    std::string text = read_file_if_exists(file).value_or("");
    std::string with = repo::with_ignore_line(text, file_name(one.path));
    if (with != text) write_file_atomically(env_.files, file, with);
  }

  Env& env_;
  repo::Workspace& workspace_;
  const DvcExportOptions& options_;
  const DvcRepository repository_;
  std::string base_;  ///< what stands for the workspace's root
  DvcKnown known_;
  DvcCacheWriter cache_;
  Selection selection_;
  std::vector<Export> exports_;
  std::vector<std::pair<const Export*, DvcContent>> contents_;
  DvcExportReport report_;
};

}  // namespace

DvcExportReport export_dvc(Env& env, repo::Workspace& workspace, const DvcExportOptions& options) {
  std::string base = workspace.root();
  if (!options.directory.empty()) {
    base = normal_path(options.directory, workspace.absolute(workspace.relative(".")));
    if (!is_directory(base)) throw usage("there is no directory " + quoted(options.directory));
    base = repo::real_path(base);
  }
  auto root = find_dvc_root(base);
  if (!root) {
    throw usage(quoted(base) + " is in no DVC repository",
                "dvc init there first (dvc init --no-scm outside of git)");
  }
  DvcRepository repository =
      in_context("while reading " + quoted(*root), [&] { return read_dvc_repository(env, *root); });
  return DvcExporter(env, workspace, options, std::move(repository), base).run();
}

}  // namespace mlo::data
