#include "score/drift_check.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/ingest.hpp"
#include "package/open_package.hpp"
#include "package/registry.hpp"
#include "repo/workspace.hpp"
#include "score/drift_spec.hpp"
#include "score/row_profile.hpp"
#include "table/csv.hpp"
#include "table/row_reader.hpp"
#include "train/reference_profile.hpp"

namespace mlo::score {
namespace {

constexpr size_t kDriftBatch = 4096;

/// What the current data are compared with, and how to read them.
struct Reference {
  std::string name;
  drift::Profile profile;
  std::vector<TypedColumn> columns;
};

DriftSpec find_spec(Env& env, repo::Workspace& workspace, const std::string& name) {
  const repo::Config& config = workspace.config();
  if (config.find("drift", name) != nullptr) return parse_drift_spec(config, name);
  bool plain = name.find_first_of(":@/") == std::string::npos;
  std::vector<std::string> models = package::Registry(env, workspace).names();
  if (plain && std::find(models.begin(), models.end(), name) == models.end()) {
    std::vector<std::string> known = config.names("drift");
    known.insert(known.end(), models.begin(), models.end());
    throw usage(
        "no drift " + quoted(name) + " in " + quoted(config.file) + " and no model of that name",
        known.empty() ? "register a model with 'mlo package build RUN --name NAME'"
                      : suggestion(name, known));
  }
  DriftSpec spec;
  spec.model = name;
  return spec;
}

std::vector<TypedColumn> inputs_of(const package::Manifest& manifest) {
  std::vector<TypedColumn> columns;
  for (const package::Column& column : manifest.inputs) {
    auto type = table::parse_type(column.type);
    if (!type) throw failure("manifest.json: unknown type of column " + quoted(column.name));
    columns.push_back({column.name, *type});
  }
  return columns;
}

std::string shown(const package::Resolved& resolved) {
  if (resolved.name.empty()) return "package " + resolved.digest.brief();
  return "model:" + resolved.name + ":" + std::to_string(resolved.version);
}

/// The columns of `profile` that the model reads; the target and others are not compared.
drift::Profile only_inputs(drift::Profile profile, const std::vector<TypedColumn>& inputs,
                           const std::string& where) {
  drift::Profile result;
  for (const TypedColumn& input : inputs) {
    const drift::ColumnProfile* column = profile.find(input.name);
    if (column == nullptr) throw failure(where + " has no column " + quoted(input.name));
    result.columns.push_back(*column);
  }
  return result;
}

std::vector<TypedColumn> columns_of(const table::Table& table) {
  std::vector<TypedColumn> columns;
  for (const table::Column& column : table.columns()) columns.push_back({column.name, column.type});
  return columns;
}

/// A file of data as reference; `inputs` are the model's columns, or empty for all of the file.
Reference data_reference(Env& env, repo::Workspace& workspace, const std::string& text,
                         std::vector<TypedColumn> inputs) {
  repo::Reference reference = repo::parse_reference(text);
  if (reference.kind == repo::Reference::Kind::path)
    reference.path = workspace.absolute(reference.path);  // mlo.yaml stands at the root
  data::OpenedInput input = data::open_input(env, workspace, reference);
  table::CsvOptions options;
  for (const TypedColumn& column : inputs) options.types[column.name] = column.type;
  options.only_typed = !inputs.empty();
  table::Table table = table::read_csv(input.bytes, text, options);
  if (inputs.empty()) inputs = columns_of(table);
  std::vector<std::string> names;
  for (const TypedColumn& column : inputs) names.push_back(column.name);
  std::vector<uint32_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  return {text, train::profile_table(table, rows, names), std::move(inputs)};
}

Reference find_reference(Env& env, repo::Workspace& workspace, const DriftSpec& spec) {
  if (spec.model.empty()) return data_reference(env, workspace, spec.reference, {});
  package::OpenPackage package = package::open_package(env, workspace, spec.model, {});
  std::vector<TypedColumn> inputs = inputs_of(package.manifest());
  if (!spec.reference.empty()) return data_reference(env, workspace, spec.reference, inputs);
  std::string name = shown(package.resolved());
  std::string where = name + ": profile.json";
  drift::Profile profile = drift::profile_from_json(package.file("profile.json"), where);
  return {name, only_inputs(std::move(profile), inputs, where), std::move(inputs)};
}

/// Bytes from the store or git as something that a reader can read from.
Descriptor memory_file(const std::string& bytes) {
  Descriptor fd(memfd_create("mlo-input", MFD_CLOEXEC));
  if (fd) posix_files().write(fd.get(), as_bytes(bytes), "the buffered input");
  if (!fd || lseek(fd.get(), 0, SEEK_SET) < 0) throw system_error("cannot buffer the input", errno);
  return fd;
}

/// A file where there is one; else what the reference names in git or the store.
Descriptor open_data(Env& env, repo::Workspace& workspace, const DriftCheckOptions& options) {
  repo::Reference reference = repo::parse_reference(options.data);
  if (reference.kind == repo::Reference::Kind::path) {
    std::string path = join_path(options.directory, options.data);
    if (is_directory(path)) throw usage(quoted(options.data) + " is a directory", "name one file");
    if (exists(path) || !exists(path + ".mlo")) return open_read(path);
    reference.path = path;
  }
  return memory_file(data::open_input(env, workspace, reference).bytes);
}

drift::Profile profile_rows(Env& env, int fd, const std::string& name,
                            const std::vector<TypedColumn>& columns) {
  table::RowReader reader(fd, name, {.cancelled = &env.cancelled});
  RowProfile profile(columns);
  table::RawRows rows;
  while (reader.next(rows, kDriftBatch)) {
    env.check_cancelled();
    profile.add(rows);
  }
  if (profile.rows() == 0) throw failure(quoted(name) + " has no rows to check");
  return std::move(profile).finish();
}

/// Without the columns that the settings leave out: their current values may be missing or wrong.
std::vector<TypedColumn> columns_to_read(const Reference& reference,
                                         const drift::Settings& settings) {
  std::vector<TypedColumn> columns;
  for (const TypedColumn& column : reference.columns) {
    const drift::ColumnProfile* profile = reference.profile.find(column.name);
    if (profile == nullptr || !drift::switched_off(*profile, settings)) columns.push_back(column);
  }
  return columns;
}

/// The columns of `reference` in its order; one that was not read has no rows.
drift::Profile aligned(drift::Profile current, const drift::Profile& reference) {
  drift::Profile result;
  for (const drift::ColumnProfile& column : reference.columns) {
    const drift::ColumnProfile* read = current.find(column.name);
    drift::ColumnProfile unread;
    unread.name = column.name;
    unread.type = column.type;
    result.columns.push_back(read != nullptr ? *read : unread);
  }
  return result;
}

}  // namespace

DriftCheckReport drift_check(Env& env, repo::Workspace& workspace,
                             const DriftCheckOptions& options) {
  DriftSpec spec = find_spec(env, workspace, options.name);
  if (options.share) spec.settings.share = *options.share;
  auto& fail_on = spec.settings.fail_on;
  fail_on.insert(fail_on.end(), options.fail_on.begin(), options.fail_on.end());
  Reference reference = find_reference(env, workspace, spec);
  const std::vector<TypedColumn> columns = columns_to_read(reference, spec.settings);

  DriftCheckReport report;
  report.name = options.name;
  report.reference = reference.name;
  report.data = options.data == "-" ? "standard input" : options.data;
  if (options.data == "-") {
    report.current_profile = profile_rows(env, options.standard_input, report.data, columns);
  } else {
    Descriptor fd = open_data(env, workspace, options);
    report.current_profile = profile_rows(env, fd.get(), report.data, columns);
  }
  if (!report.current_profile.columns.empty())
    report.rows = report.current_profile.columns.front().rows;
  report.current_profile = aligned(std::move(report.current_profile), reference.profile);
  report.reference_profile = std::move(reference.profile);
  report.drift = drift::check(report.reference_profile, report.current_profile, spec.settings);
  return report;
}

format::Value to_json(const DriftCheckReport& report) {
  format::Value document = drift::to_value(report.drift);
  document.set("name", report.name)
      .set("compared_with", report.reference)
      .set("data", report.data)
      .set("rows", report.rows);
  return document;
}

}  // namespace mlo::score
