// The first half of a checkout's writing: every file, whole and checked, under a temporary name on the
// file system of its target.
//
//   .mlo/checkout/<chunk>/<number>   what lies on the file system of .mlo
//   <directory>/.mlo-checkout-<n>    what does not: in the nearest directory that is there already
//   .mlo/checkout/elsewhere          the latter directories, "/" before and NUL after each, for the next
//                                    checkout to clean up after one that was killed
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "data/beneath.hpp"
#include "data/checkout_plan.hpp"

namespace mlo::data {

/// Some files of one directory.
struct StageChunk {
  const std::string* path;
  const CheckoutDirectory* directory;
  size_t begin, end;
  size_t number;
  bool beside = false;              ///< the staged files lie in a directory of the work tree
  std::string place = {};           ///< that directory, relative to the root
  std::vector<bool> verified = {};  ///< by write(): the bytes were compared with the digest

  /// Of the staged file.
  std::string name(size_t i) const;
};

class Stage {
 public:
  Stage(Env& env, repo::Workspace& workspace, const Beneath& beneath);
  /// Removes what a killed checkout left; the workspace's lock says that none is running.
  void clean();
  /// Writes all files of the plan aside. Throws with everything removed again.
  void write(const CheckoutDirectories& writes);
  const std::vector<StageChunk>& chunks() const { return chunks_; }
  /// The directory that holds the staged files of a chunk.
  Descriptor open(const StageChunk& chunk) const;
  /// Removes what was not moved to its place.
  void remove();

  const std::array<std::atomic<uint64_t>, 4>& links() const { return used_; }
  const std::string& link_note() const { return note_; }

 private:
  void choose_links();
  void cut(const CheckoutDirectories& writes);
  void place(StageChunk& chunk);
  void write(StageChunk& chunk);
  bool put(const CheckoutItem& item, const At& place);
  void explain(store::LinkKind used, const At& place);

  Env& env_;
  repo::Workspace& workspace_;
  store::ObjectStore& store_;
  const Beneath& beneath_;
  std::string staging_;
  dev_t device_ = 0;
  std::vector<store::LinkKind> links_, own_links_;
  std::vector<StageChunk> chunks_;
  std::set<std::string> elsewhere_;
  std::array<std::atomic<uint64_t>, 4> used_{};
  std::mutex note_mutex_;
  std::string note_;
};

}  // namespace mlo::data
