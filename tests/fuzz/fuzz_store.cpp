// Trees, packs and leases: what parses is what was encoded; offsets of a damaged index stay inside
// the pack.
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "fuzz/fuzz.hpp"
#include "store/lease.hpp"
#include "store/object_store.hpp"
#include "store/pack.hpp"
#include "store/tree.hpp"
#include "store/verified.hpp"

namespace {

using namespace mlo;

void tree(std::string_view bytes) {
  std::vector<store::TreeEntry> entries = store::parse_tree(bytes, "input");
  fuzz::require(store::encode_tree(entries) == bytes, "one tree has one encoding");
}

std::string directory() {
  static const std::string path = [] {
    char name[] = "/tmp/mlo-fuzz-XXXXXX";
    return std::string(::mkdtemp(name));
  }();
  return path;
}

void write(const std::string& name, std::string_view bytes) {
  std::ofstream(directory() + "/" + name, std::ios::binary) << bytes;
}

void pack_records(std::string_view bytes) {
  store::scan_pack(std::as_bytes(std::span(bytes)), "input", [&](const store::PackEntry& entry) {
    fuzz::require(entry.offset <= bytes.size() && entry.size <= bytes.size() - entry.offset,
                  "a record lies inside its pack");
  });
}

void pack_index(std::string_view bytes) {
  write("p.idx", bytes);
  write("p.pack", store::pack_magic() + std::string(36 + 5, 'x'));
  store::Pack pack(directory(), "p");
  for (size_t i = 0; i < pack.size(); ++i) {
    store::PackEntry entry = pack.entry(i);
    pack.find(entry.digest);
    fuzz::require(entry.offset <= pack.pack_size() && entry.size <= pack.pack_size() - entry.offset,
                  "an entry lies inside the pack that the index claims");
  }
  pack.mapping();
}

/// Only what was encoded parses: everything else is no record at all.
void verified(std::string_view bytes) {
  std::vector<store::VerifiedEntry> entries = store::parse_verified(bytes);
  // A record that is no good reads as none.
  if (entries.empty()) throw failure("refused");
  fuzz::require(store::encode_verified(entries) == bytes, "one record has one encoding");
}

/// A lease that somebody holds; of others only the name is read.
void lease(std::string_view text) {
  static const std::atomic<bool> cancelled{false};
  static Env env{posix_files(), system_clock(), silent_reporter(), process_variables(), cancelled};
  static const store::ObjectStore store =
      store::ObjectStore::open(env, directory() + "/store", store::OpenStore::create);
  static const Descriptor held = [] {
    Descriptor file =
        env.files.create(store.inside("leases/" + std::string(32, '0')), Create::exclusive, 0666);
    fuzz::require(::flock(file.get(), LOCK_EX) == 0, "the lease is held");
    return file;
  }();
  fuzz::require(::ftruncate(held.get(), 0) == 0 && ::pwrite(held.get(), text.data(), text.size(),
                                                            0) == static_cast<ssize_t>(text.size()),
                "the input is written");
  for (const store::LeaseInfo& info : store::list_leases(store)) {
    std::string printed = "mlo-lease 1\nwhat " + info.what + "\n";
    for (const Digest& digest : info.objects) printed += digest.hex() + "\n";
    fuzz::require(info.held && printed == text, "a lease reads as it was written");
  }
}

}  // namespace

int main(int argc, char** argv) {
  Digest a = sha256("a"), b = sha256("b");
  std::string record = store::pack_magic();
  store::append_record_header(record, a, 1);
  record += "a";
  store::append_record_header(record, b, 1);
  record += "b";
  std::vector<std::string> trees = {
      store::encode_tree({}),
      store::encode_tree(std::vector<store::TreeEntry>{{store::kFileMode, a, 1, 1, "a.csv"},
                                                       {store::kDirectoryMode, b, 9, 3, "b"},
                                                       {store::kSymlinkMode, b, 4, 1, "link"}})};
  std::vector<std::string> words = {
      "40000 ", "40001 ", "100644 ", ".git", "..", std::string(1, '\0'), "18446744073709551615"};
  std::string leases = "mlo-lease 1\nwhat deployment v\n" + a.hex() + "\n" + b.hex() + "\n";
  std::vector<store::VerifiedEntry> records = {{a, 1, 2, 3, 4, 5, 6}, {b, 7, -8, 9, 1, 2, 3}};
  int code = mlo::fuzz::run_targets(
      {{"tree", trees, words, tree},
       {"pack_records", {record}, {}, pack_records},
       {"pack_index",
        {store::encode_index({{a, 44, 5}}, 49), store::encode_index({{a, 44, 1}, {b, 81, 1}}, 82)},
        {},
        pack_index},
       {"verified", {store::encode_verified(records)}, {}, verified},
       {"lease", {leases, "mlo-lease 1\nwhat \n"}, {"mlo-lease 2", "what ", "\n", a.hex()}, lease}},
      argc, argv);
  std::error_code ignored;
  std::filesystem::remove_all(directory(), ignored);
  return code;
}
