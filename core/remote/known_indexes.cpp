#include "remote/known_indexes.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"

namespace mlo::remote {
namespace {

constexpr std::string_view kPrefix = "index/";
// Of a file as it lies there: a zstd frame or a sealed one of kMostFile.
constexpr uint64_t kIndexLimit = kMostFile + kMostFile / 8;

bool is_index_name(std::string_view name) {
  return name.starts_with(kPrefix) && name.size() == kPrefix.size() + 64 &&
         name.find_first_not_of("0123456789abcdef", kPrefix.size()) == std::string_view::npos;
}

}  // namespace

std::string KnownIndexes::cache_file(const std::string& name) const {
  return join_path(directory_, name);
}

// Without a sync: what a power cut leaves is found out by its hash.
void KnownIndexes::keep(const std::string& name, std::string_view plain) {
  try {
    make_directories(env_.files, join_path(directory_, "index"));
    AtomicFile file(env_.files, cache_file(name), 0666, AtomicFile::Durability::process_safe);
    file.write(plain);
    file.commit();
  } catch (const Error& error) {
    if (error.code() == Exit::interrupted) throw;
  }
}

std::optional<std::string> KnownIndexes::obtain(const Codec& codec, const std::string& name) {
  if (!is_index_name(name)) throw failure("the remote names an index " + quoted(name));
  if (auto kept = read_file_if_exists(cache_file(name), kIndexLimit)) {
    if (index_name(codec, *kept) == name) return kept;
  }
  auto sealed = backend_.read(name, kIndexLimit);
  if (!sealed) return std::nullopt;
  std::string plain = in_context(backend_.url(), [&] { return open_index(codec, name, *sealed); });
  keep(name, plain);
  return plain;
}

void KnownIndexes::add(const std::string& name, std::string plain) {
  known_[name] = plain.size();
  set_->add(name, std::move(plain));
  for (std::string& old : set_->superseded()) superseded_.insert(std::move(old));
}

bool KnownIndexes::load(const Codec& codec, std::span<const std::string> names, unsigned jobs) {
  std::vector<std::string> wanted;
  for (const std::string& name : names) {
    if (!known_.contains(name) && !superseded_.contains(name)) wanted.push_back(name);
  }
  std::vector<std::optional<std::string>> files(wanted.size());
  parallel_for(
      wanted.size(),
      [&](size_t i) {
        env_.check_cancelled();
        files[i] = obtain(codec, wanted[i]);
      },
      jobs);
  bool all = true;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (files[i]) {
      add(wanted[i], std::move(*files[i]));
    } else {
      all = false;
    }
  }
  return all;
}

// Merged ones first (they are the largest), in rounds: what they replace need not be read. One that
// is gone since the listing was merged meanwhile, so another listing names its successor.
void KnownIndexes::load_listed(const Codec& codec, unsigned jobs) {
  listed_at_ = env_.clock.now();
  for (int attempt = 0;; ++attempt) {
    std::vector<RemoteFile> files;
    backend_.list(std::string(kPrefix), [&](const RemoteFile& file) {
      if (is_index_name(file.name)) files.push_back(file);
    });
    in_remote_.clear();
    for (const RemoteFile& file : files) in_remote_.insert(file.name);
    std::stable_sort(files.begin(), files.end(),
                     [](const RemoteFile& a, const RemoteFile& b) { return a.size > b.size; });
    bool all = true;
    const size_t step = std::max<size_t>(jobs, 1);
    for (size_t i = 0; i < files.size(); i += step) {
      std::vector<std::string> round;
      for (size_t k = i; k < std::min(i + step, files.size()); ++k) round.push_back(files[k].name);
      all = load(codec, round, jobs) && all;
    }
    if (all || attempt == 3) break;
  }
  listed_ = true;
  prune();
}

void KnownIndexes::clear() {
  set_ = std::make_unique<IndexSet>();
  known_.clear();
  superseded_.clear();
  in_remote_.clear();
  listed_ = false;
}

void KnownIndexes::prune() {
  for (const std::string& hex : names_in(join_path(directory_, "index"))) {
    std::string name = std::string(kPrefix) + hex;
    if (!is_index_name(name)) continue;
    if (in_remote_.contains(name) && !superseded_.contains(name)) continue;
    try {
      env_.files.unlink(cache_file(name));
    } catch (const Error&) {
      // Another mlo was faster, or the cache cannot be written: it may stay.
    }
  }
}

std::string KnownIndexes::put(const Codec& codec, const IndexContent& content) {
  // One that was merged away stays dead for its readers, and a pack that gc removed and a push put again
  // would give the same index again: the name of a file that never was makes each its own.
  IndexContent own = content;
  own.superseded.push_back(std::string(kPrefix) + random_hex(64));
  std::string plain = encode_index(own);
  std::string name = index_name(codec, plain);
  backend_.put(name, codec.seal_file(name, plain), Put::create);
  keep(name, plain);
  in_remote_.insert(name);
  if (!known_.contains(name)) add(name, std::move(plain));
  return name;
}

std::string KnownIndexes::bytes_of(const Codec& codec, const std::string& name) {
  auto plain = obtain(codec, name);
  if (!plain) throw failure("index " + quoted(name) + " is not in the remote");
  return std::move(*plain);
}

std::vector<RemoteFile> KnownIndexes::live() const {
  std::vector<RemoteFile> files;
  for (const auto& [name, size] : known_) {
    if (!superseded_.contains(name)) files.push_back({name, size});
  }
  return files;
}

std::vector<std::string> KnownIndexes::superseded() const {
  std::vector<std::string> names;
  std::set_intersection(superseded_.begin(), superseded_.end(), in_remote_.begin(),
                        in_remote_.end(), std::back_inserter(names));
  return names;
}

}  // namespace mlo::remote
