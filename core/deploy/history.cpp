#include "deploy/history.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fields.hpp"
#include "format/json.hpp"

namespace mlo::deploy {
namespace {

using format::Value;

constexpr std::array<std::string_view, 3> kActions = {"apply", "rollback", "stop"};

HistoryEntry parse_entry(std::string_view line, const std::string& name) {
  const Value value = format::parse_json(line, name);
  format::Fields fields(value, name, "history", Exit::failure);
  HistoryEntry entry;
  entry.generation = fields.integer("generation", std::nullopt, 1, INT64_MAX);
  const auto at = parse_time(fields.string("at"));
  if (!at) throw fields.error("not a time", fields.any("at"));
  entry.at = *at;
  const std::vector<std::string> names(kActions.begin(), kActions.end());
  const std::string action = fields.choice("action", std::nullopt, names);
  entry.action =
      static_cast<HistoryEntry::Action>(std::ranges::find(names, action) - names.begin());
  entry.target = read_target(fields.required("target"), name);
  entry.restores = fields.integer("restores", 0, 0, INT64_MAX);
  fields.finish();
  return entry;
}

std::string entry_line(const HistoryEntry& entry) {
  Value value = Value::object(), target = Value::object();
  put_target(target, entry.target);
  value.set("generation", entry.generation).set("at", format_time(entry.at));
  value.set("action", action_name(entry.action)).set("target", std::move(target));
  if (entry.restores != 0) value.set("restores", entry.restores);
  return format::compact_json(value) + "\n";
}

}  // namespace

std::string_view action_name(HistoryEntry::Action action) {
  return kActions[static_cast<size_t>(action)];
}

std::vector<HistoryEntry> read_history(const Directory& directory) {
  const std::string name = directory.file("history");
  const auto text = read_file_if_exists(name);
  std::vector<HistoryEntry> entries;
  if (!text) return entries;
  std::string_view rest = *text;
  for (int line = 1; rest.find('\n') != std::string_view::npos; ++line) {
    const auto end = rest.find('\n');
    entries.push_back(parse_entry(rest.substr(0, end), name + ":" + std::to_string(line)));
    rest.remove_prefix(end + 1);
  }
  return entries;
}

void append_history(Env& env, const Directory& directory, const HistoryEntry& entry) {
  const std::string name = directory.file("history");
  const bool created = !exists(name);
  const Descriptor fd = env.files.create(name, Create::append, 0666);
  const std::string before = read_file(name);
  const size_t whole = before.rfind('\n') == std::string::npos ? 0 : before.rfind('\n') + 1;
  if (whole != before.size()) env.files.truncate(fd.get(), static_cast<off_t>(whole), name);
  try {
    env.files.write(fd.get(), as_bytes(entry_line(entry)), name);
    env.files.sync(fd.get(), name);
    if (created) sync_directory(env.files, directory.path());
  } catch (const Error&) {
    // Not committed: take the line back, or what there is of it. Where that fails, too, the rule for
    // torn lines helps.
    try {
      env.files.truncate(fd.get(), static_cast<off_t>(whole), name);
    } catch (const Error&) {
    }
    throw;
  }
}

const HistoryEntry* entry_before(const std::vector<HistoryEntry>& history) {
  if (history.empty()) return nullptr;
  const HistoryEntry* last = &history.back();
  // Walking on from where the last rollback stopped, a second one goes further back.
  while (last != nullptr && last->restores != 0) {
    const auto same = [&](const HistoryEntry& e) { return e.generation == last->restores; };
    const auto found = std::ranges::find_if(history, same);
    last = found == history.end() ? nullptr : &*found;
  }
  if (last == nullptr) return nullptr;
  for (const HistoryEntry* entry = last; entry-- != history.data();) {
    if (entry->target.digest != last->target.digest) return entry;
  }
  return nullptr;
}

}  // namespace mlo::deploy
