// libgit2's C handles owned, and its errors as mlo::Error. Private to the git*.cpp files of this room.
#pragma once

#include <git2.h>
#include <git2/sys/repository.h>

#include <memory>
#include <string>

#include "base/error.hpp"

namespace mlo::repo {

/// Once per process, on first use: 0.05 ms (4 ms with the shared library, which reads CA certificates).
void initialise_libgit2();

template <typename T, void (*Free)(T*)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(T* raw) : raw_(raw) {}
  Handle(Handle&& other) noexcept : raw_(other.raw_) { other.raw_ = nullptr; }
  Handle& operator=(Handle&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~Handle() {
    if (raw_) Free(raw_);
  }
  T* get() const { return raw_; }
  explicit operator bool() const { return raw_ != nullptr; }
  /// For libgit2's out-parameters.
  T** out() {
    if (raw_) Free(raw_);
    raw_ = nullptr;
    return &raw_;
  }

 private:
  T* raw_ = nullptr;
};

using GitRepository = Handle<git_repository, git_repository_free>;
using GitReference = Handle<git_reference, git_reference_free>;
using GitObject = Handle<git_object, git_object_free>;
using GitCommit = Handle<git_commit, git_commit_free>;
using GitTree = Handle<git_tree, git_tree_free>;
using GitTreeEntry = Handle<git_tree_entry, git_tree_entry_free>;
using GitBlob = Handle<git_blob, git_blob_free>;
using GitIndex = Handle<git_index, git_index_free>;
using GitConfig = Handle<git_config, git_config_free>;
using GitSignature = Handle<git_signature, git_signature_free>;
using GitStatusList = Handle<git_status_list, git_status_list_free>;
using GitRevwalk = Handle<git_revwalk, git_revwalk_free>;
using GitDiff = Handle<git_diff, git_diff_free>;
using GitOdb = Handle<git_odb, git_odb_free>;

/// What libgit2 said about its last failure.
std::string git_message();
/// "<what>: <libgit2's text>".
Error git_failure(const std::string& what);
/// Throws git_failure unless `code` is at least 0.
void git_check(int code, const std::string& what);
std::string hex_of(const git_oid* id);

}  // namespace mlo::repo
