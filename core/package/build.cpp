#include "package/build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fields.hpp"
#include "format/json.hpp"
#include "package/open_package.hpp"
#include "repo/workspace.hpp"
#include "store/batch.hpp"
#include "store/tree.hpp"

namespace mlo::package {
namespace {

using format::Fields;
using format::Value;

constexpr std::string_view kManifest = "manifest.json";
constexpr std::string_view kTraining = "training.json";
constexpr std::array<std::string_view, 5> kParts = {"encoder.json", "model.pt", "profile.json",
                                                    "samples.json", kTraining};

const track::Output& required_output(const track::Run& run, std::string_view path) {
  if (const auto* output = run.output(path)) return *output;
  throw failure(fmt::format("run '{}' ({}, {}) has no {}: it cannot become a package", run.name,
                            run.id.substr(0, 8), status_name(run.status), quoted(path)),
                "package the run of a finished 'mlo train'; list them: mlo track list");
}

/// What the manifest takes from training.json; the rest of that file is train's.
void read_training(const Value& training, const std::string& name, Manifest& manifest) {
  Fields fields(training, name, "", Exit::failure);
  manifest.task = fields.string("task");
  manifest.target = fields.string("target");
  if (fields.has("classes")) manifest.classes = fields.strings("classes");
  Fields runtime(fields.required("runtime"), name, "runtime", Exit::failure);
  manifest.runtime = runtime.string("name");
  manifest.runtime_version = runtime.string("version");
  manifest.library_version = runtime.string("library_version", "");
}

/// Names and types of the raw columns, from encoder.json.
void read_inputs(std::string_view text, const std::string& name, Manifest& manifest) {
  const Value encoder = format::parse_json(text, name);
  Fields fields(encoder, name, "", Exit::failure);
  const Value& columns = fields.required("columns");
  if (!columns.is_array()) throw fields.error("expected a list", &columns);
  for (const auto& item : columns.as_array()) {
    Fields column(item, name, "columns", Exit::failure);
    manifest.inputs.push_back({column.string("name"), column.string("type")});
  }
}

std::string input_line(const Column& column) {
  return fmt::format("| `{}` | {} |\n", column.name, column.type);
}

}  // namespace

std::vector<std::pair<std::string, double>> kept_metrics(const track::Run& run,
                                                         const Value& training) {
  std::vector<std::pair<std::string, double>> out;
  const Value& kept = training["metrics"];
  if (kept.is_object()) {
    for (const auto& member : kept.as_object()) {
      if (member.value.is_number()) out.emplace_back(member.key, member.value.as_double());
    }
  }
  if (out.empty()) {
    for (const auto& [key, metric] : run.metrics) out.emplace_back(key, metric.last);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string readme(const Manifest& manifest,
                   const std::vector<std::pair<std::string, double>>& metrics) {
  std::string out = fmt::format("# A model for `{}`\n\nTask: {}.", manifest.target, manifest.task);
  if (!manifest.classes.empty()) out += " Classes: " + join(manifest.classes, ", ") + ".";
  out += fmt::format("\nRuntime: {} {}.\n\n## Inputs\n\n| column | type |\n|---|---|\n",
                     manifest.runtime, manifest.library_version);
  for (const auto& column : manifest.inputs) out += input_line(column);
  if (!metrics.empty()) {
    out += "\n## Metrics\n\n| metric | value |\n|---|---|\n";
    for (const auto& [key, value] : metrics) {
      out += fmt::format("| {} | {} |\n", key, number_text(value));
    }
  }
  if (!manifest.data.empty()) {
    out += "\n## Data\n\n";
    for (const auto& data : manifest.data) {
      out += fmt::format("- `{}` {}\n", data.name, data.digest.text());
    }
  }
  return out;
}

BuildReport build(Env& env, repo::Workspace& workspace, const BuildOptions& options) {
  const track::Run run = track::load_run(env, workspace, options.run);
  if (run.status == track::Status::running) {
    throw failure(fmt::format("run '{}' ({}) is still running", run.name, run.id.substr(0, 8)),
                  "wait for its end: mlo track list");
  }
  if (run.status != track::Status::finished) {
    throw failure(fmt::format("run '{}' ({}) did not finish: {}", run.name, run.id.substr(0, 8),
                              track::status_name(run.status)),
                  "train again, or choose another run: mlo track list");
  }
  const auto& store = workspace.store();
  BuildReport report;
  report.run = run.id;
  Manifest& manifest = report.manifest;
  std::vector<store::TreeEntry> entries;
  const auto put = [&](std::string_view path, const Digest& digest, uint64_t size) {
    entries.push_back({store::kFileMode, digest, size, 1, std::string(path)});
    if (path != kManifest) manifest.files.push_back({std::string(path), digest, size});
  };
  for (std::string_view part : kParts) {
    const auto& output = required_output(run, part);
    put(part, output.digest, store.size_of(output.digest));
  }
  const std::string where = fmt::format("run {}: ", run.id.substr(0, 8));
  const std::string training_name = where + std::string(kTraining);
  const Value training =
      format::parse_json(store.read(required_output(run, kTraining).digest), training_name);
  read_training(training, training_name, manifest);
  read_inputs(store.read(required_output(run, "encoder.json").digest), where + "encoder.json",
              manifest);
  for (const auto& input : run.inputs) manifest.data.push_back({input.name, input.digest});

  const auto metrics = kept_metrics(run, training);
  store::Batch batch(workspace.store_for_writing());
  const std::string about = readme(manifest, metrics);
  put("README.md", batch.add(about), about.size());
  std::sort(manifest.files.begin(), manifest.files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  const std::string contents = to_bytes(manifest);
  put(kManifest, batch.add(contents), contents.size());
  report.digest = store::write_tree(batch, std::move(entries)).digest;
  const auto hold = batch.commit();
  if (!options.name.empty()) {
    Registry registry(env, workspace);
    report.registered = registry.add(
        {options.name, report.digest, "package", run.id, run.commit, metrics, options.git_commit});
  }
  return report;
}

RegisterReport register_package(Env& env, repo::Workspace& workspace, const std::string& name,
                                std::string_view reference, Commit git_commit) {
  const auto parsed = repo::parse_model_reference(reference);
  if (parsed.kind == repo::Reference::Kind::run) {
    return *build(env, workspace, {parsed.id, name, git_commit}).registered;
  }
  RegisterOptions options;
  options.name = name;
  options.git_commit = git_commit;
  if (parsed.kind == repo::Reference::Kind::model) {
    const ModelVersion source = Registry(env, workspace).resolve(parsed);
    options.run = source.run;
    options.commit = source.commit;
    options.kind = source.kind;
    options.metrics = source.metrics;
  }
  // Opened to see that it is a package and is here.
  options.digest = open_package(env, workspace, reference, {}).resolved().digest;
  return Registry(env, workspace).add(options);
}

}  // namespace mlo::package
