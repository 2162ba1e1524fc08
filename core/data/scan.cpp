#include "data/scan.hpp"

#include <algorithm>

#include "base/parallel.hpp"
#include "base/text.hpp"

namespace mlo::data {
namespace {

constexpr size_t kChunk = 1024;

struct Chunk {
  ScanDirectory* directory;
  size_t begin, end;
};

class Scanner {
 public:
  Scanner(Env& env, repo::Workspace& workspace, const std::string& path,
          const repo::StatIndex& index)
      : env_(env), lister_(workspace, index, path) {
    scan_.directories.emplace_back().path = path;
  }

  Scan scan() {
    for (size_t level = 0; level < scan_.directories.size();) {
      size_t end = scan_.directories.size();
      parallel_for(end - level, [&](size_t i) {
        env_.check_cancelled();
        ScanDirectory& directory = scan_.directories[level + i];
        directory = lister_.list(directory.path);
      });
      for (size_t i = level; i < end; ++i) append_children(i);
      level = end;
    }
    std::vector<ScanDirectory*> all;
    for (ScanDirectory& directory : scan_.directories) all.push_back(&directory);
    look_at_files(env_, lister_, all);
    for (ScanDirectory& directory : scan_.directories) {
      directory.remove_if([](const ScanEntry& entry) { return entry.gone; });
    }
    return std::move(scan_);
  }

 private:
  void append_children(size_t i) {
    lister_.obey(scan_.directories[i]);
    scan_.directories[i].remove_if([](const ScanEntry& entry) { return entry.ignored; });
    for (size_t at = 0; at < scan_.directories[i].entries.size(); ++at) {
      ScanEntry& entry = scan_.directories[i].entries[at];
      if (!entry.is_directory()) continue;
      entry.directory = static_cast<uint32_t>(scan_.directories.size());
      std::string path = scan_.directories[i].path_of(entry);
      scan_.directories.emplace_back().path = std::move(path);
    }
  }

  Env& env_;
  Lister lister_;
  Scan scan_;
};

}  // namespace

void look_at_files(Env& env, const Lister& lister, std::span<ScanDirectory* const> directories) {
  std::vector<Chunk> chunks;
  for (ScanDirectory* directory : directories) {
    size_t count = directory->entries.size();
    for (size_t at = 0; at < count; at += kChunk) {
      chunks.push_back({directory, at, std::min(count, at + kChunk)});
    }
  }
  parallel_for(chunks.size(), [&](size_t i) {
    env.check_cancelled();
    lister.look(*chunks[i].directory, chunks[i].begin, chunks[i].end);
  });
}

bool Scan::problems() const {
  return std::any_of(directories.begin(), directories.end(), [](const ScanDirectory& directory) {
    return std::any_of(directory.entries.begin(), directory.entries.end(),
                       [](const ScanEntry& entry) { return !entry.usable(); });
  });
}

Scan scan_directory(Env& env, repo::Workspace& workspace, const std::string& path,
                    const repo::StatIndex& index) {
  return Scanner(env, workspace, path, index).scan();
}

std::optional<ScanEntry> scan_file(repo::Workspace& workspace, const std::string& path,
                                   const repo::StatIndex& index) {
  return Lister(workspace, index, "").look_at(path);
}

}  // namespace mlo::data
