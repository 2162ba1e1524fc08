// Clones of one data set over one remote in memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "remote/fetch.hpp"
#include "remote/push.hpp"
#include "remote/remote.hpp"
#include "store/batch.hpp"
#include "store/fsck.hpp"
#include "store/tree.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"
#include "unit/remote/memory_backend.hpp"

namespace mlo::test {

/// Bytes that do not compress and are the same in every run.
inline std::string noise(size_t size, uint64_t seed) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    byte = static_cast<char>(seed >> 24);
  }
  return bytes;
}

/// One clone: a store, and the remote as it sees it.
struct Clone {
  explicit Clone(MemoryFiles& f, bool encrypted = false)
      : files(f),
        store(store::ObjectStore::open(test.env, dir / "store", store::OpenStore::create)) {
    config.name = "origin";
    config.encrypt = encrypted;
    // A key file: scrypt takes its time, and is tested by its own.
    if (encrypted) config.key_file = dir.write("key", std::string(32, 'k'));
    reopen();
  }

  /// A new process: nothing is known but what the cache directory holds.
  MemoryBackend& reopen(remote::OpenRemote how = remote::OpenRemote::create) {
    auto owned = std::make_unique<MemoryBackend>(files);
    backend = owned.get();
    backend->offers.jobs = 2;
    remote = remote::Remote::open(test.env, config, std::move(owned), dir / "cache", how);
    return *backend;
  }

  Digest add(std::string_view bytes) {
    store::Batch batch(store);
    const Digest digest = batch.add(bytes);
    batch.commit();
    return digest;
  }
  Digest add_tree(const std::vector<std::pair<std::string, std::string>>& contents) {
    store::Batch batch(store);
    std::vector<store::TreeEntry> entries;
    for (const auto& [name, bytes] : contents) {
      entries.push_back({store::kFileMode, batch.add(bytes), bytes.size(), 1, name});
    }
    const Digest digest = store::write_tree(batch, entries).digest;
    batch.commit();
    return digest;
  }

  static std::string commit(const Digest& root) { return "commit " + root.hex().substr(0, 40); }

  remote::PushReport push(const Digest& root, remote::PushOptions options = {}) {
    options.certifies = commit(root);
    options.roots = {{root, store::RootKind::any, "data.mlo"}};
    options.jobs = 2;
    return remote::push(test.env, store, *remote, options);
  }
  remote::FetchReport fetch(const Digest& root, remote::FetchOptions options = {}) {
    options.certifies = commit(root);
    options.roots = {{root, store::RootKind::any, "data.mlo"}};
    options.jobs = 2;
    return remote::fetch(test.env, store, *remote, options);
  }
  /// Everything below the root is here, and what its name says.
  bool whole(const Digest& root) {
    if (!store.contains(root)) return false;
    const bool tree = store::looks_like_tree(store.read(root));
    if (!tree) return true;
    for (const store::TreeEntry& entry : store::read_tree(store, root)) {
      if (!store.contains(entry.digest)) return false;
      store.read(entry.digest);
    }
    return true;
  }

  MemoryFiles& files;
  TempDir dir;
  TestEnv test;
  store::ObjectStore store;
  remote::RemoteConfig config;
  MemoryBackend* backend = nullptr;
  std::unique_ptr<remote::Remote> remote;
};

inline uint64_t bytes_of(const MemoryFiles& files) {
  uint64_t total = 0;
  for (const auto& [name, bytes] : files.files) total += bytes.size();
  return total;
}
inline size_t count_of(const MemoryFiles& files, const std::string& prefix) {
  size_t count = 0;
  for (const auto& [name, bytes] : files.files) count += name.starts_with(prefix);
  return count;
}

}  // namespace mlo::test
