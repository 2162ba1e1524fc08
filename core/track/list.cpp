#include "track/list.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/error.hpp"
#include "repo/workspace.hpp"
#include "track/field.hpp"
#include "track/filter.hpp"
#include "track/fold.hpp"
#include "track/index.hpp"
#include "track/run_segments.hpp"

namespace mlo::track {
namespace {

/// A run known by its index entry or already read: enough to order by start without parsing.
struct Candidate {
  std::string id;
  Time started = 0;
  bool removed = false;
  const IndexEntry* entry = nullptr;
  std::optional<Run> run;
};

/// All runs of the workspace, from the index where it is good and from the segments elsewhere.
class Candidates {
 public:
  Candidates(Env& env, repo::Workspace& workspace)
      : env_(env), workspace_(workspace), index_(env, workspace), cached_(index_.load()) {
    for (const auto& id : run_ids(workspace)) if_readable(id, [&] { add(id); });
    std::vector<std::string> vanished;
    for (const auto& [id, entry] : cached_) {
      if (!seen_.contains(id)) vanished.push_back(id);
    }
    index_.save(fresh_, vanished);
  }

  std::vector<Candidate>& all() { return all_; }

  /// The record; folds it anew where the index holds nonsense. nullopt: the run vanished, or cannot
  /// be read.
  std::optional<Run> record(Candidate& candidate) {
    if (candidate.run) return std::move(candidate.run);
    try {
      return indexed_run(*candidate.entry, index_.record(candidate.id));
    } catch (const Error&) {
      std::optional<Run> run;
      if_readable(candidate.id,
                  [&] { run = fold_run(candidate.id, read_run(workspace_, candidate.id)); });
      return run;
    }
  }

 private:
  /// One damaged run must not hide all others.
  template <typename Work>
  void if_readable(const std::string& id, Work&& work) {
    try {
      work();
    } catch (const Error& error) {
      if (error.code() == Exit::interrupted) throw;
      env_.reporter.warn("run " + id.substr(0, 8) + " cannot be read: " + error.message());
    }
  }

  void add(const std::string& id) {
    const auto stamped = stamp_directory(env_, run_directory(workspace_, id));
    if (!stamped) return;
    seen_.insert(id);
    const auto found = cached_.find(id);
    if (found != cached_.end() && found->second.stamp == stamped->stamp) {
      const IndexEntry& entry = found->second;
      all_.push_back({id, entry.started, entry.removed, &entry, std::nullopt});
      return;
    }
    const RunEvents events = read_run(workspace_, id);
    auto run = fold_run(id, events);
    if (!run) return;  // never begun
    if (events.held.empty() && !stamped->racy) {
      fresh_.emplace_back(id, index_entry(*run, stamped->stamp));
    }
    const Time started = run->started_at;
    const bool removed = run->removed;
    all_.push_back({id, started, removed, nullptr, std::move(run)});
  }

  Env& env_;
  repo::Workspace& workspace_;
  Index index_;
  std::unordered_map<std::string, IndexEntry> cached_;
  std::unordered_set<std::string> seen_;
  std::vector<std::pair<std::string, IndexEntry>> fresh_;
  std::vector<Candidate> all_;
};

}  // namespace

std::vector<Run> list_runs(Env& env, repo::Workspace& workspace, const ListOptions& options) {
  const Filter filter = Filter::parse(options.filter);
  std::optional<SortKey> sort;
  if (!options.sort.empty()) sort = parse_sort(options.sort);

  Candidates candidates(env, workspace);
  auto& all = candidates.all();
  std::sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
    return a.started != b.started ? a.started > b.started : a.id < b.id;
  });
  std::vector<Run> runs;
  for (auto& candidate : all) {
    // In the default order the first `limit` matches are the answer: parse no more than these.
    if (!sort && options.limit > 0 && runs.size() == options.limit) break;
    if (candidate.removed && !options.removed) continue;
    auto run = candidates.record(candidate);
    if (run && filter.matches(*run)) runs.push_back(std::move(*run));
  }
  if (sort) {
    std::stable_sort(runs.begin(), runs.end(),
                     [&](const Run& a, const Run& b) { return sorts_before(a, b, *sort); });
  }
  if (options.limit > 0 && runs.size() > options.limit) runs.resize(options.limit);
  return runs;
}

}  // namespace mlo::track
