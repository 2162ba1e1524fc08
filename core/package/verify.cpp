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

/// Reads the whole object: store.read compares its digest. `what` names it in problems.
State check_object(const store::ObjectStore& store, const Digest& digest,
                   std::optional<uint64_t> size, const std::string& what,
                   std::vector<std::string>& problems) {
  if (!store.contains(digest)) {
    problems.push_back(
        fmt::format("{}: object {} is missing from the store", what, digest.brief()));
    return State::missing;
  }
  try {
    const std::string bytes = store.read(digest);
    if (!size || bytes.size() == *size) return State::good;
    problems.push_back(
        fmt::format("{}: object {} has another size than the tree says", what, digest.brief()));
  } catch (const Error& error) {
    if (error.code() == Exit::interrupted) throw;
    problems.push_back(what + ": " + error.message());
  }
  return State::damaged;
}

/// Whether the package's own object is there and whole, so that its files can be looked at.
bool check_tree(const store::ObjectStore& store, VerifyReport& report) {
  const Digest& tree = report.package.digest;
  return check_object(store, tree, std::nullopt, "the package's tree", report.problems) ==
         State::good;
}

/// Every file of the tree against the manifest, and the other way round. Without a manifest, the
/// files alone.
void check_files(const store::ObjectStore& store, const Manifest* manifest, VerifyReport& report) {
  std::vector<std::string> seen;
  for (const auto& entry : store::read_tree(store, report.package.digest)) {
    seen.push_back(entry.name);
    VerifiedFile file{entry.name, entry.digest, entry.size, State::good};
    file.state = check_object(store, entry.digest, entry.size, quoted(entry.name), report.problems);
    if (manifest != nullptr && entry.name != "manifest.json") {
      const auto* listed = manifest->file(entry.name);
      if (listed == nullptr || listed->digest != entry.digest || listed->size != entry.size) {
        file.state = State::unlisted;
        report.problems.push_back(
            fmt::format("{} is not the one that the manifest lists", quoted(entry.name)));
      }
    }
    report.files.push_back(std::move(file));
  }
  if (manifest == nullptr) return;
  for (const auto& listed : manifest->files) {
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
  const store::ObjectStore& store = workspace.store();
  if (!check_tree(store, report)) return report;
  std::optional<OpenPackage> package;
  std::string unopened;
  try {
    package.emplace(open_package(env, workspace, report.package, plugin_path));
  } catch (const Error& error) {
    // What has no manifest at all is no package.
    const bool has_manifest =
        store::find_in_tree(store, report.package.digest, "manifest.json").has_value();
    if (error.code() == Exit::interrupted || !has_manifest) throw;
    unopened = error.message();
  }
  check_files(store, package ? &package->manifest() : nullptr, report);
  // An object that does not hold has been named; else the manifest's text is what is wrong.
  if (!package && report.verified()) report.problems.push_back(unopened);
  // A model whose bytes are not what they were is not run.
  if (report.verified()) check_model(*package, report);
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
