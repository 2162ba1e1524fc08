// What a remote's indexes say, as far as it was read: files that never change, kept in a directory of
// this machine as plain bytes and checked against their names when they are read again. Losing the
// cache costs requests, nothing else.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "remote/backend.hpp"
#include "remote/codec.hpp"
#include "remote/index.hpp"

namespace mlo::remote {

class KnownIndexes {
 public:
  KnownIndexes(Env& env, Backend& backend, std::string directory)
      : env_(env), backend_(backend), directory_(std::move(directory)) {}

  /// Valid until clear().
  const IndexSet& set() const { return *set_; }
  bool listed() const { return listed_; }
  /// Env's clock when the listing began.
  Time listed_at() const { return listed_at_; }
  /// Reads everything that the remote lists and no other index replaces.
  void load_listed(const Codec& codec, unsigned jobs);
  /// False when one of them is not in the remote.
  bool load(const Codec& codec, std::span<const std::string> names, unsigned jobs);
  /// Forgets all.
  void clear();
  /// Seals, uploads and adds.
  std::string put(const Codec& codec, const IndexContent& content);
  /// The plain bytes of a known one.
  std::string bytes_of(const Codec& codec, const std::string& name);

  std::vector<RemoteFile> live() const;
  std::vector<std::string> superseded() const;

 private:
  std::optional<std::string> obtain(const Codec& codec, const std::string& name);
  void add(const std::string& name, std::string plain);
  std::string cache_file(const std::string& name) const;
  void keep(const std::string& name, std::string_view plain);
  void prune();

  Env& env_;
  Backend& backend_;
  std::string directory_;
  std::unique_ptr<IndexSet> set_ = std::make_unique<IndexSet>();
  bool listed_ = false;
  Time listed_at_ = 0;
  std::set<std::string> superseded_;       ///< by one that is known
  std::map<std::string, uint64_t> known_;  ///< sizes of the plain bytes
  std::set<std::string> in_remote_;        ///< names of the last listing
};

}  // namespace mlo::remote
