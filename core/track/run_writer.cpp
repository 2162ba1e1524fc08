#include "track/run_writer.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/ingest.hpp"
#include "repo/workspace.hpp"
#include "store/object_store.hpp"
#include "track/event.hpp"
#include "track/run_name.hpp"
#include "track/run_segments.hpp"
#include "track/segment.hpp"

namespace mlo::track {
namespace {

using format::Value;

constexpr int64_t kSyncEvery = 5'000'000'000;            // nanoseconds
constexpr uint64_t kSnapshotLimit = uint64_t{10} << 20;  // of one untracked file

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::string user_name() {
  struct passwd entry {};
  struct passwd* found = nullptr;
  char buffer[4096];
  ::getpwuid_r(::geteuid(), &entry, buffer, sizeof buffer, &found);
  return found ? std::string(found->pw_name) : std::to_string(::geteuid());
}

/// Creates the run's directory durably; `id` must be new.
void make_run_directory(Env& env, const repo::Workspace& workspace, const std::string& id) {
  const std::string runs = workspace.runs_dir();
  make_directories(env.files, runs);
  sync_recent_names(env.files, workspace.mlo_dir());
  env.files.make_directory(run_directory(workspace, id), 0777);
  sync_directory(env.files, runs);
}

/// Stores what was too large for the snapshot and names it in the start event as "large"; returns what
/// keeps gc away from it until that event is written.
std::optional<store::FileLock> keep_large(Env& env, repo::Workspace& workspace,
                                          const std::vector<std::string>& paths, Value& start) {
  std::optional<store::FileLock> hold;
  Value list = Value::array();
  for (const auto& path : paths) {
    try {
      if (!hold) hold = workspace.store_for_writing().lock(store::LockKind::shared);
      const auto kept = data::ingest(env, workspace, join_path(workspace.git()->work_tree(), path));
      Value file = Value::object();
      file.set("name", path).set("digest", kept.digest.text()).set("size", kept.size);
      list.push(std::move(file));
    } catch (const Error& error) {
      if (error.code() == Exit::interrupted) throw;
      env.reporter.warn(fmt::format("{} is larger than {} and not kept with the run: {}",
                                    quoted(path), human_size(kSnapshotLimit), error.message()));
    }
  }
  if (list.size() > 0) start.set("large", std::move(list));
  return hold;
}

/// Returns what keep_large() does.
std::optional<store::FileLock> add_git(Env& env, repo::Workspace& workspace,
                                       const std::string& name, Value& start) {
  repo::Git* git = workspace.git();
  if (git == nullptr) return {};
  if (const auto head = git->head()) start.set("commit", *head);
  if (!git->is_dirty()) return {};
  start.set("dirty", true);
  std::vector<std::string> large;
  const auto snapshot = git->snapshot_dirty("mlo run " + name, kSnapshotLimit, &large);
  if (snapshot) start.set("snapshot", *snapshot);
  return keep_large(env, workspace, large, start);
}

void check_key(std::string_view what, std::string_view key) {
  if (key.empty()) throw usage(fmt::format("a {} without a name", what));
  if (!is_utf8(key)) throw usage(fmt::format("{} {} is not UTF-8", what, quoted(key)));
}

Value event(std::string_view name) {
  Value value = Value::object();
  value.set("event", name);
  return value;
}

}  // namespace

struct RunWriter::Impl {
  Impl(Env& e, const repo::Workspace& workspace, std::string run)
      : env(e),
        id(std::move(run)),
        directory(run_directory(workspace, id)),
        writer(random_hex(16)) {
    segment.emplace(env, join_path(directory, writer + ".log"), id, writer);
    synced = env.clock.ticks();
  }

  /// Never goes back within a writer, so that a clock that is set back cannot reorder events.
  Time now() { return last = std::max(last, env.clock.now()); }

  SegmentWriter& open() {
    if (!segment) throw failure(fmt::format("run '{}' is already closed", id));
    return *segment;
  }

  void record(const Value& value) {
    const std::lock_guard hold(mutex);
    open().append(encode_record(now(), value));
    sync_sometimes();
  }

  void point(std::string_view key, int64_t step, double value) {
    const std::lock_guard hold(mutex);
    auto found = series.find(std::string(key));
    if (found == series.end()) {
      check_key("metric", key);
      const auto number = static_cast<uint32_t>(series.size());
      open().append(encode_series(number, key));
      found = series.emplace(key, number).first;
    }
    encode_point(payload, now(), found->second, step, value);
    open().append(payload);
    sync_sometimes();
  }

  void sync_sometimes() {
    const int64_t ticks = env.clock.ticks();
    if (ticks - synced < kSyncEvery) return;
    segment->sync();
    synced = ticks;
  }

  void sync() {
    const std::lock_guard hold(mutex);
    open().sync();
    synced = env.clock.ticks();
  }

  Env& env;
  std::string id, name, directory, writer;
  std::optional<SegmentWriter> segment;
  std::mutex mutex;
  std::unordered_map<std::string, uint32_t> series;
  std::string payload;
  Time last = 0;
  int64_t synced = 0;
};

RunWriter::RunWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RunWriter::RunWriter(RunWriter&&) noexcept = default;
RunWriter& RunWriter::operator=(RunWriter&&) noexcept = default;
RunWriter::~RunWriter() = default;

RunWriter RunWriter::start(Env& env, repo::Workspace& workspace, const RunStart& start) {
  const std::string id = random_hex(32);
  const std::string name = start.name.empty() ? run_name(id) : start.name;
  Value value = event("start");
  value.set("name", name);
  value.set("experiment", start.experiment.empty() ? "default" : start.experiment);
  if (!start.parent.empty()) value.set("parent", start.parent);
  value.set("user", user_name()).set("host", host_name());
  Value command = Value::array();
  for (const auto& word : start.command) command.push(word);
  value.set("command", std::move(command));
  std::optional<store::FileLock> hold;  // until the event that names the large files is there
  if (start.record_git) hold = add_git(env, workspace, name, value);

  make_run_directory(env, workspace, id);
  auto impl = std::make_unique<Impl>(env, workspace, id);
  impl->name = name;
  RunWriter writer(std::move(impl));
  writer.impl_->record(value);
  for (const auto& [key, param] : start.params) writer.param(key, param);
  for (const auto& [key, tag] : start.tags) writer.tag(key, tag);
  writer.sync();
  sync_directory(env.files, writer.impl_->directory);
  return writer;
}

RunWriter RunWriter::append(Env& env, repo::Workspace& workspace, const std::string& id) {
  RunWriter writer(std::make_unique<Impl>(env, workspace, id));
  sync_directory(env.files, writer.impl_->directory);
  return writer;
}

const std::string& RunWriter::id() const { return impl_->id; }
const std::string& RunWriter::name() const { return impl_->name; }

void RunWriter::param(std::string_view key, const Value& value) {
  check_key("parameter", key);
  impl_->record(event("param").set("key", key).set("value", value));
}

void RunWriter::metric(std::string_view key, int64_t step, double value) {
  impl_->point(key, step, value);
}

void RunWriter::tag(std::string_view key, std::string_view value) {
  check_key("tag", key);
  impl_->record(event("tag").set("key", key).set("value", value));
}

void RunWriter::untag(std::string_view key) {
  impl_->record(event("tag").set("key", key).set("value", Value()));
}

void RunWriter::input(std::string_view name, const Digest& digest, uint64_t size) {
  impl_->record(event("input").set("name", name).set("digest", digest.text()).set("size", size));
}

void RunWriter::output(std::string_view path, const Digest& digest, uint64_t size) {
  impl_->record(event("output").set("path", path).set("digest", digest.text()).set("size", size));
}

void RunWriter::environment(const Value& members) {
  impl_->record(event("environment").set("members", members));
}

void RunWriter::model(const Digest& digest) {
  impl_->record(event("model").set("digest", digest.text()));
}

void RunWriter::removed(bool removed) { impl_->record(event("removed").set("removed", removed)); }

void RunWriter::sync() { impl_->sync(); }

void RunWriter::finish(Status status, std::string_view message) {
  Value value = event("end");
  value.set("status", status_name(status));
  if (!message.empty()) value.set("message", message);
  impl_->record(value);
  close();
}

void RunWriter::close() {
  impl_->sync();
  const std::lock_guard hold(impl_->mutex);
  impl_->segment.reset();
}

}  // namespace mlo::track
