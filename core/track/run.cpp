#include "track/run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "track/fold.hpp"
#include "track/head.hpp"
#include "track/list.hpp"
#include "track/run_segments.hpp"

namespace mlo::track {
namespace {

constexpr size_t kShownCandidates = 10;

template <typename Pairs>
auto find_pair(const Pairs& pairs, std::string_view key) -> decltype(&pairs.front().second) {
  const auto found = std::lower_bound(pairs.begin(), pairs.end(), key,
                                      [](const auto& pair, auto k) { return pair.first < k; });
  return found != pairs.end() && found->first == key ? &found->second : nullptr;
}

std::string latest_run(Env& env, repo::Workspace& workspace) {
  ListOptions options;
  options.limit = 1;
  const auto runs = list_runs(env, workspace, options);
  if (runs.empty()) throw usage("there is no run yet", "train one: mlo train");
  return runs.front().id;
}

std::string latest_removed_run(Env& env, repo::Workspace& workspace) {
  ListOptions options;
  options.removed = true;
  for (const Run& run : list_runs(env, workspace, options)) {
    if (run.removed) return run.id;
  }
  throw usage("there is no removed run", "list all runs: mlo track list --removed");
}

Error unknown_run(std::string_view id, const std::vector<std::string>& ids) {
  std::string hint = "list them: mlo track list";
  if (const auto near = nearest(id, ids)) hint = fmt::format("did you mean '{}'?", *near);
  return usage(fmt::format("there is no run {}", quoted(id)), std::move(hint));
}

Error ambiguous_run(std::string_view id, std::vector<std::string> candidates) {
  const size_t count = candidates.size();
  if (count > kShownCandidates) candidates.resize(kShownCandidates);
  std::string hint = "candidates: " + join(candidates, ", ");
  if (count > kShownCandidates) hint += fmt::format(" and {} more", count - kShownCandidates);
  return usage(fmt::format("run {} is ambiguous: {} runs begin so", quoted(id), count),
               std::move(hint));
}

std::string resolve_prefix(repo::Workspace& workspace, std::string_view id) {
  const auto ids = run_ids(workspace);
  std::vector<std::string> found;
  for (const auto& one : ids) {
    if (one.starts_with(id)) found.push_back(one);
  }
  if (found.size() == 1 && id.size() >= 4) return found.front();
  if (found.empty()) throw unknown_run(id, ids);
  if (found.size() == 1) {
    throw usage(fmt::format("run {} is too short to name a run", quoted(id)),
                fmt::format("give at least 4 digits: {}", found.front().substr(0, 8)));
  }
  throw ambiguous_run(id, std::move(found));
}

}  // namespace

std::string_view status_name(Status status) {
  switch (status) {
    case Status::running:
      return "running";
    case Status::finished:
      return "finished";
    case Status::failed:
      return "failed";
    case Status::interrupted:
      return "interrupted";
    case Status::died:
      break;
  }
  return "died";
}

const Metric* Run::metric(std::string_view key) const { return find_pair(metrics, key); }
const format::Value* Run::param(std::string_view key) const { return find_pair(params, key); }

const Output* Run::output(std::string_view path) const {
  const auto found = std::find_if(outputs.begin(), outputs.end(),
                                  [&](const Output& output) { return output.path == path; });
  return found == outputs.end() ? nullptr : &*found;
}

std::string resolve_run(Env& env, repo::Workspace& workspace, std::string_view id) {
  if (id.starts_with("run:")) id.remove_prefix(4);
  if (id == "latest") return latest_run(env, workspace);
  if (id.empty()) throw usage("a run id is missing", "for the last one: run:latest");
  return resolve_prefix(workspace, id);
}

std::string resolve_removed_run(Env& env, repo::Workspace& workspace, std::string_view id) {
  if (id == "latest" || id == "run:latest") return latest_removed_run(env, workspace);
  return resolve_run(env, workspace, id);
}

Run load_run(Env& env, repo::Workspace& workspace, std::string_view id) {
  const std::string full = resolve_run(env, workspace, id);
  auto run = fold_run(full, read_run(workspace, full));
  if (!run) {
    throw failure(fmt::format("run '{}' has no beginning: its process died while it started", full),
                  "it holds nothing; remove the directory " + run_directory(workspace, full));
  }
  return std::move(*run);
}

std::vector<Series> load_series(Env& env, repo::Workspace& workspace, std::string_view id) {
  return fold_series(read_run(workspace, resolve_run(env, workspace, id)));
}

}  // namespace mlo::track
