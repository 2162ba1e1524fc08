#include "data/import_git.hpp"

#include "base/error.hpp"
#include "base/temporary_file.hpp"
#include "base/text.hpp"
#include "data/dvc_tree.hpp"
#include "repo/pointer.hpp"
#include "store/batch.hpp"

namespace mlo::data {
namespace {

/// Takes blobs as git gives them: small ones in memory, large ones by a file of the store's.
class BlobWriter {
 public:
  BlobWriter(Env& env, store::ObjectStore& store, store::Batch& batch,
             std::vector<ListedFile>& files)
      : env_(env), store_(store), batch_(batch), files_(files) {}

  void begin(size_t index, uint64_t size) {
    env_.check_cancelled();
    index_ = index;
    size_ = left_ = size;
    bytes_.clear();
    if (size_ >= store::kLooseSize) {
      file_.emplace(env_.files, store_.inside("tmp/" + random_hex(32) + ".download"));
      fd_ = env_.files.create(file_->path(), Create::exclusive, 0644);
    }
    if (left_ == 0) finish();
  }

  void bytes(std::string_view piece) {
    if (!file_) {
      bytes_ += piece;
    } else {
      env_.files.write(fd_.get(), as_bytes(piece), file_->path());
    }
    left_ -= piece.size();
    if (left_ == 0) finish();
  }

 private:
  void finish() {
    ListedFile& file = files_[index_];
    file.size = size_;
    if (!file_) {
      file.digest = batch_.add(bytes_);
      return;
    }
    fd_.close();
    file.digest = batch_.take_file(file_->path()).digest;
    file_.reset();
  }

  Env& env_;
  store::ObjectStore& store_;
  store::Batch& batch_;
  std::vector<ListedFile>& files_;
  size_t index_ = 0;
  uint64_t size_ = 0, left_ = 0;
  std::string bytes_;
  std::optional<TemporaryFile> file_;
  Descriptor fd_;
};

uint32_t mode_of(const repo::GitEntry& entry) {
  if (entry.is_link()) return store::kSymlinkMode;
  if (!entry.is_file()) {
    throw usage(quoted(entry.path) + " is a submodule", "ask its own repository");
  }
  return entry.mode & 0100 ? store::kExecutableMode : store::kFileMode;
}

void refuse_pointers(const std::vector<repo::GitEntry>& entries) {
  for (const repo::GitEntry& entry : entries) {
    const bool mlo = !repo::pointed_path(file_name(entry.path)).empty();
    const std::string_view name = file_name(entry.path);
    if (!mlo && !(name.ends_with(".dvc") && name != ".dvc")) continue;
    throw usage(
        "the directory holds data that git does not: " + quoted(entry.path) + " stands for it",
        "ask for the paths in it one by one");
  }
}

}  // namespace

store::TreeEntry bring_git(Env& env, store::ObjectStore& store, repo::OtherRepository& repository,
                           const repo::GitEntry& entry) {
  const bool directory = entry.is_directory();
  const std::vector<repo::GitEntry> entries =
      directory ? repository.list(entry.id) : std::vector<repo::GitEntry>{entry};
  if (directory) refuse_pointers(entries);
  std::vector<ListedFile> files;
  std::vector<std::string> ids;
  for (const repo::GitEntry& one : entries) {
    if (auto bad = directory ? bad_listed_name(one.path) : std::nullopt) {
      throw usage("a tree cannot hold " + *bad);
    }
    files.push_back({one.path, mode_of(one), {}, 0});
    ids.push_back(one.id);
  }
  store::Batch batch(store);
  BlobWriter writer(env, store, batch, files);
  repository.read_blobs(ids, {[&](size_t i, uint64_t size) { writer.begin(i, size); },
                              [&](std::string_view bytes) { writer.bytes(bytes); }});
  store::TreeEntry result =
      directory ? write_listed_tree(files, batch)
                : store::TreeEntry{files[0].mode, files[0].digest, files[0].size, 1, ""};
  if (directory) result.mode = store::kDirectoryMode;
  batch.commit();
  return result;
}

}  // namespace mlo::data
