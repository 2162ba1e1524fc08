#include "track/change.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "track/run_writer.hpp"

namespace mlo::track {
namespace {

format::Value typed(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  if (const auto integer = parse_int(text)) return *integer;
  if (const auto number = parse_double(text)) return *number;
  return text;
}

bool changes_anything(const ChangeOptions& options) {
  return !options.tags.empty() || !options.untag.empty() || !options.params.empty() ||
         !options.metrics.empty();
}

/// nullopt, and a warning, where it is damaged.
std::optional<Run> load_if_readable(Env& env, repo::Workspace& workspace, const std::string& id) {
  try {
    return load_run(env, workspace, id);
  } catch (const Error& error) {
    if (error.code() == Exit::interrupted) throw;
    env.reporter.warn("run " + id.substr(0, 8) + " cannot be read: " + error.message());
    return std::nullopt;
  }
}

}  // namespace

std::pair<std::string, std::string> parse_assignment(std::string_view text, std::string_view what) {
  const size_t at = text.find('=');
  if (at == std::string_view::npos || at == 0) {
    throw usage(fmt::format("{}: expected KEY=VALUE, not {}", what, quoted(text)));
  }
  return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

Run change_run(Env& env, repo::Workspace& workspace, const ChangeOptions& options) {
  const Run run = load_run(env, workspace, options.run);
  if (!changes_anything(options)) return run;
  auto writer = RunWriter::append(env, workspace, run.id);
  for (const auto& [key, value] : options.params) writer.param(key, typed(value));
  for (const auto& [key, value] : options.tags) writer.tag(key, value);
  for (const auto& key : options.untag) writer.untag(key);
  for (const auto& [key, value] : options.metrics) writer.metric(key, options.step, value);
  writer.close();
  return load_run(env, workspace, run.id);
}

RemovalReport set_removed(Env& env, repo::Workspace& workspace, const std::string& id,
                          bool removed) {
  RemovalReport report{id, true, load_if_readable(env, workspace, id)};
  if (report.run && report.run->removed == removed) {
    report.changed = false;
    return report;
  }
  auto writer = RunWriter::append(env, workspace, id);
  writer.removed(removed);
  writer.close();
  if (report.run) report.run = load_run(env, workspace, id);
  return report;
}

}  // namespace mlo::track
