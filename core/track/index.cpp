#include "track/index.hpp"

#include <sys/vfs.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "format/json.hpp"
#include "repo/workspace.hpp"
#include "track/database.hpp"

namespace mlo::track {
namespace {

constexpr int kWaitMs = 50;
constexpr int64_t kRacyTime = 2'000'000'000;  // ns; longer than the clock tick of any file system
constexpr long kNfsMagic = 0x6969, kSmbMagic = 0xfe534d42, kCifsMagic = 0xff534d42,
               kFuseMagic = 0x65735546;

constexpr int64_t kVersion = 2;
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, mtime INTEGER, inode INTEGER, "
    "started INTEGER, ended INTEGER, removed INTEGER) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS records (id TEXT PRIMARY KEY, record TEXT);"
    "PRAGMA user_version = 2;";

/// SQLite's locks cannot be trusted over a network.
bool is_remote(const std::string& directory) {
  struct statfs info {};
  if (::statfs(directory.c_str(), &info) != 0) return false;
  const auto type = static_cast<long>(info.f_type) & 0xffffffff;
  return type == kNfsMagic || type == kSmbMagic || type == kCifsMagic || type == kFuseMagic;
}

std::string index_path(Env& env, repo::Workspace& workspace) {
  if (!is_remote(workspace.mlo_dir())) return workspace.index_db_path();
  std::string cache;
  if (const auto set = env.variables.get("XDG_CACHE_HOME"); set && !set->empty()) {
    cache = *set;
  } else if (const auto home = env.variables.get("HOME"); home && !home->empty()) {
    cache = join_path(*home, ".cache");
  } else {
    return "";
  }
  cache = join_path(cache, "mlo");
  make_directories(env.files, cache);
  return join_path(cache, "index-" + sha256(workspace.mlo_dir()).brief() + ".db");
}

void remove_database(Env& env, const std::string& path) {
  for (const char* suffix : {"", "-journal"}) {
    try {
      if (exists(path + suffix)) env.files.unlink(path + suffix);
    } catch (const Error&) {
      return;  // it stays unused
    }
  }
}

/// Opens and checks the version; a database of another version or none at all is made anew.
std::optional<Database> open_checked(const std::string& path, bool& unusable) {
  auto database = Database::open(path, kWaitMs);
  if (!database) return std::nullopt;
  int64_t version = -1;
  {
    auto statement = database->prepare("PRAGMA user_version");
    if (statement.step()) version = statement.number(0);
  }
  unusable = database->damaged() || (version != 0 && version != kVersion);
  if (version == kVersion) return database;
  // A cache: it may lose what was not synced, so it never syncs.
  if (version != 0 || !database->run("PRAGMA synchronous = OFF") || !database->run(kSchema)) {
    return std::nullopt;
  }
  return database;
}

bool put(Database& database, const std::string& id, const IndexEntry& entry) {
  auto insert = database.prepare("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?)");
  if (!insert) return false;
  insert.bind(1, id);
  insert.bind(2, entry.stamp.mtime);
  insert.bind(3, entry.stamp.inode);
  insert.bind(4, entry.started);
  insert.bind(5, entry.ended);
  insert.bind(6, int64_t{entry.removed});
  insert.step();
  auto record = database.prepare("INSERT OR REPLACE INTO records VALUES (?, ?)");
  if (!record) return false;
  record.bind(1, id);
  record.bind(2, entry.record);
  record.step();
  return !insert.failed() && !record.failed();
}

bool drop(Database& database, const std::string& id) {
  for (const char* sql : {"DELETE FROM runs WHERE id = ?", "DELETE FROM records WHERE id = ?"}) {
    auto remove = database.prepare(sql);
    if (!remove) return false;
    remove.bind(1, id);
    remove.step();
    if (remove.failed()) return false;
  }
  return true;
}

}  // namespace

struct Index::Impl {
  explicit Impl(Env& e) : env(e) {}
  Env& env;
  std::string path;
  std::optional<Database> database;
  std::optional<Statement> select_record;  // after the database: it goes first
};

Index::Index(Env& env, repo::Workspace& workspace) : impl_(std::make_unique<Impl>(env)) {
  try {
    impl_->path = index_path(env, workspace);
  } catch (const Error&) {
    return;
  }
  if (impl_->path.empty()) return;
  bool unusable = false;
  impl_->database = open_checked(impl_->path, unusable);
  if (!unusable) return;
  impl_->database.reset();
  remove_database(env, impl_->path);
  impl_->database = open_checked(impl_->path, unusable);
}

Index::~Index() = default;

std::unordered_map<std::string, IndexEntry> Index::load() {
  std::unordered_map<std::string, IndexEntry> entries;
  if (!impl_->database) return entries;
  auto select =
      impl_->database->prepare("SELECT id, mtime, inode, started, ended, removed FROM runs");
  while (select.step()) {
    IndexEntry entry;
    entry.stamp = {select.number(1), select.number(2)};
    entry.started = select.number(3);
    entry.ended = select.number(4);
    entry.removed = select.number(5) != 0;
    entries.emplace(select.text(0), std::move(entry));
  }
  if (select.failed() && impl_->database->damaged()) {
    impl_->database.reset();
    remove_database(impl_->env, impl_->path);
    entries.clear();
  }
  return entries;
}

std::string Index::record(const std::string& id) {
  if (!impl_->database) return "";
  auto& select = impl_->select_record;
  if (!select) select = impl_->database->prepare("SELECT record FROM records WHERE id = ?");
  if (!*select) return "";
  select->reset();
  select->bind(1, id);
  return select->step() ? select->text(0) : "";
}

void Index::save(const std::vector<std::pair<std::string, IndexEntry>>& entries,
                 const std::vector<std::string>& vanished) {
  if (!impl_->database || (entries.empty() && vanished.empty())) return;
  Database& database = *impl_->database;
  if (!database.run("PRAGMA synchronous = OFF") || !database.run("BEGIN IMMEDIATE")) return;
  bool good = true;
  for (const auto& [id, entry] : entries) good = good && put(database, id, entry);
  for (const auto& id : vanished) good = good && drop(database, id);
  if (!good || !database.run("COMMIT")) database.run("ROLLBACK");
}

std::optional<StampedDirectory> stamp_directory(Env& env, const std::string& path) {
  const auto status = stat_of(path);
  if (!status) return std::nullopt;
  StampedDirectory out;
  out.stamp.mtime = int64_t{status->st_mtim.tv_sec} * 1'000'000'000 + status->st_mtim.tv_nsec;
  out.stamp.inode = static_cast<int64_t>(status->st_ino);
  out.racy = env.clock.now() - out.stamp.mtime < kRacyTime;
  return out;
}

IndexEntry index_entry(const Run& run, const IndexStamp& stamp) {
  return {stamp, run.started_at, run.ended_at.value_or(0), run.removed,
          format::compact_json(to_json(run))};
}

Run indexed_run(const IndexEntry& entry, const std::string& record) {
  Run run = run_from_json(format::parse_json(record, "index.db"), "index.db");
  run.started_at = entry.started;  // text has milliseconds, the order of runs needs all
  if (entry.ended != 0) run.ended_at = entry.ended;
  return run;
}

}  // namespace mlo::track
