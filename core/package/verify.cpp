#include "package/verify.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "infer/predictor.hpp"
#include "infer/samples.hpp"
#include "repo/workspace.hpp"
#include "store/object_store.hpp"
#include "store/tree.hpp"

namespace mlo::package {
namespace {

using State = VerifiedFile::State;

std::string_view state_name(State state) {
  switch (state) {
    case State::good:
      return "good";
    case State::missing:
      return "missing";
    case State::damaged:
      return "damaged";
    case State::unlisted:
      break;
  }
  return "unlisted";
}

/// Reads the whole object: store.read compares its digest.
State check_object(const store::ObjectStore& store, const Digest& digest, uint64_t size,
                   std::vector<std::string>& problems) {
  if (!store.contains(digest)) {
    problems.push_back(fmt::format("object {} is missing from the store", digest.brief()));
    return State::missing;
  }
  try {
    if (store.read(digest).size() == size) return State::good;
    problems.push_back(
        fmt::format("object {} has another size than the tree says", digest.brief()));
  } catch (const Error& error) {
    problems.push_back(error.message());
  }
  return State::damaged;
}

/// Every file of the tree against the manifest, and the other way round.
void check_files(const store::ObjectStore& store, const Digest& tree, const Manifest& manifest,
                 VerifyReport& report) {
  std::vector<std::string> seen;
  for (const auto& entry : store::read_tree(store, tree)) {
    seen.push_back(entry.name);
    VerifiedFile file{entry.name, entry.digest, entry.size, State::good};
    file.state = check_object(store, entry.digest, entry.size, report.problems);
    const auto* listed = manifest.file(entry.name);
    const bool manifest_itself = entry.name == "manifest.json";
    if (!manifest_itself &&
        (listed == nullptr || listed->digest != entry.digest || listed->size != entry.size)) {
      file.state = State::unlisted;
      report.problems.push_back(
          fmt::format("{} is not the one that the manifest lists", quoted(entry.name)));
    }
    report.files.push_back(std::move(file));
  }
  for (const auto& listed : manifest.files) {
    if (std::find(seen.begin(), seen.end(), listed.path) != seen.end()) continue;
    report.files.push_back({listed.path, listed.digest, listed.size, State::missing});
    report.problems.push_back(
        fmt::format("{} is in the manifest but not in the package", quoted(listed.path)));
  }
}

void check_model(const OpenPackage& package, VerifyReport& report) {
  const auto predictor = package.predictor();
  const auto check = infer::check_samples(predictor, package.file("samples.json"), "samples.json");
  report.rows = check.rows;
  report.different = check.different;
  if (check.rows == 0) report.problems.push_back("the package has no sample rows");
  if (check.different > 0) {
    report.problems.push_back(fmt::format("{} of {} sample rows give other outputs; {}",
                                          check.different, check.rows, check.first));
  }
}

}  // namespace

VerifyReport verify(Env& env, repo::Workspace& workspace, std::string_view reference,
                    std::span<const std::string> plugin_path) {
  VerifyReport report;
  report.package = resolve(env, workspace, reference);
  const auto package = open_package(env, workspace, report.package, plugin_path);
  check_files(workspace.store(), report.package.digest, package.manifest(), report);
  // A model whose bytes are not what they were is not run.
  if (report.verified()) check_model(package, report);
  return report;
}

format::Value to_json(const VerifyReport& report) {
  using format::Value;
  Value out = Value::object();
  out.set("name", report.package.name.empty() ? Value() : Value(report.package.name));
  out.set("version", report.package.version == 0 ? Value() : Value(report.package.version));
  out.set("digest", report.package.digest.text()).set("verified", report.verified());
  Value files = Value::array();
  for (const auto& file : report.files) {
    Value one = Value::object();
    one.set("path", file.path).set("state", state_name(file.state));
    files.push(one.set("digest", file.digest.text()).set("size", file.size));
  }
  Value samples = Value::object();
  samples.set("rows", report.rows).set("different", report.different);
  Value problems = Value::array();
  for (const auto& problem : report.problems) problems.push(problem);
  return out.set("files", std::move(files))
      .set("samples", std::move(samples))
      .set("problems", std::move(problems));
}

}  // namespace mlo::package
