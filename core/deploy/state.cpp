#include "deploy/state.hpp"

#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fields.hpp"
#include "format/json.hpp"

namespace mlo::deploy {
namespace {

using format::Fields;
using format::Value;

constexpr std::array<std::string_view, 4> kPhases = {"starting", "ready", "stopping", "stopped"};

Value target_value(const Target& target) {
  Value value = Value::object();
  put_target(value, target);
  return value;
}

Time read_time(Fields& fields, const char* key) {
  const auto time = parse_time(fields.string(key));
  if (!time) throw fields.error("not a time", fields.any(key));
  return *time;
}

ServerState::Phase read_phase(Fields& fields) {
  const std::vector<std::string> names(kPhases.begin(), kPhases.end());
  const std::string phase = fields.choice("phase", std::nullopt, names);
  size_t index = 0;
  while (kPhases[index] != phase) ++index;
  return static_cast<ServerState::Phase>(index);
}

std::optional<Value> read_json_file(const std::string& file) {
  const auto text = read_file_if_exists(file, 1 << 20);
  if (!text) return std::nullopt;
  return format::parse_json(*text, file);
}

}  // namespace

Directory::Directory(const std::string& root, std::string name)
    : name_(std::move(name)), path_(join_path(root, name_)) {}

bool Directory::exists() const { return is_directory(path_); }

void Directory::create(Env& env) const {
  make_directories(env.files, path_);
  for (const char* name : {"lock", "server.lock"}) {
    if (!mlo::exists(file(name))) env.files.create(file(name), Create::append, 0666);
  }
  // Up to .mlo, which is durable since init: the first deployment makes its parent, too.
  const std::string parent(parent_path(path_));
  sync_directory(env.files, std::string(parent_path(parent)));
  sync_directory(env.files, parent);
  sync_directory(env.files, path_);
}

store::FileLock Directory::lock(Env& env, int64_t timeout) const {
  return store::FileLock::acquire(env, file("lock"), store::LockKind::exclusive, timeout,
                                  "deployment");
}

std::optional<Desired> Directory::read_desired() const {
  const std::string name = file("desired.json");
  const auto value = read_json_file(name);
  if (!value) return std::nullopt;
  Fields fields(*value, name, "desired", Exit::failure);
  fields.version("mlo", 1);
  Desired desired;
  desired.generation = fields.integer("generation", std::nullopt, 1, INT64_MAX);
  desired.target = read_target(fields.required("target"), name);
  fields.finish();
  return desired;
}

void Directory::write_desired(Env& env, const Desired& desired) const {
  Value value = Value::object();
  value.set("mlo", 1).set("generation", desired.generation);
  value.set("target", target_value(desired.target));
  write_file_atomically(env.files, file("desired.json"), format::pretty_json(value));
}

void Directory::remove_desired(Env& env) const {
  if (!mlo::exists(file("desired.json"))) return;
  env.files.unlink(file("desired.json"));
  sync_directory(env.files, path_);
}

std::optional<ServerState> Directory::read_server() const {
  const std::string name = file("server.json");
  // Not synced: a power loss may leave it empty, and then there is no server.
  const auto status = stat_of(name);
  if (!status || status->st_size == 0) return std::nullopt;
  const auto value = read_json_file(name);
  if (!value) return std::nullopt;
  Fields fields(*value, name, "server", Exit::failure);
  fields.version("mlo", 1);
  ServerState state;
  state.process.pid = static_cast<pid_t>(fields.integer("pid", std::nullopt, 1, INT32_MAX));
  state.process.start_ticks =
      static_cast<uint64_t>(fields.integer("start_ticks", std::nullopt, 0, INT64_MAX));
  state.process.boot_id = fields.string("boot_id");
  state.phase = read_phase(fields);
  state.generation = fields.integer("generation", std::nullopt, 0, INT64_MAX);
  if (const Value* target = fields.any("target"); target != nullptr && !target->is_null()) {
    state.target = read_target(*target, name);
  }
  state.port = static_cast<uint16_t>(fields.integer("port", std::nullopt, 0, 65535));
  state.since = read_time(fields, "since");
  state.failed_generation = fields.integer("failed_generation", 0, 0, INT64_MAX);
  state.error = fields.string("error", "");
  state.hint = fields.string("hint", "");
  fields.finish();
  return state;
}

bool Directory::held_by_server() const {
  const std::string name = file("server.lock");
  // Shared, so that two who ask do not take each other for a server.
  return mlo::exists(name) && !store::FileLock::try_acquire(name, store::LockKind::shared);
}

void Directory::write_server(Env& env, const ServerState& state) const {
  Value value = Value::object();
  value.set("mlo", 1).set("pid", state.process.pid);
  value.set("start_ticks", state.process.start_ticks).set("boot_id", state.process.boot_id);
  value.set("phase", kPhases[static_cast<size_t>(state.phase)]);
  value.set("generation", state.generation);
  value.set("target", state.generation == 0 ? Value() : target_value(state.target));
  value.set("port", state.port).set("since", format_time(state.since));
  value.set("failed_generation", state.failed_generation);
  value.set("error", state.error).set("hint", state.hint);
  AtomicFile out(env.files, file("server.json"), 0666, AtomicFile::Durability::process_safe);
  out.write(format::pretty_json(value));
  out.commit();
}

}  // namespace mlo::deploy
