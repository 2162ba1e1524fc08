#include "package/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/yaml_splice.hpp"
#include "package/model_files.hpp"
#include "repo/workspace.hpp"

namespace mlo::package {
namespace {

/// Relative to the workspace.
std::string model_directory(std::string_view name) { return "models/" + encode_name(name); }
std::string model_file(std::string_view name) { return model_directory(name) + "/model.yaml"; }

Model load_model(const repo::Workspace& workspace, const std::string& name) {
  Model model;
  model.name = name;
  const std::string directory = model_directory(name);
  for (const auto& file : names_in(workspace.absolute(directory))) {
    const auto number = version_of_file(file);
    if (!number) continue;
    ModelVersion version;
    version.name = name;
    version.version = *number;
    version.file = directory + "/" + file;
    parse_version_file(read_file(workspace.absolute(version.file)), version.file, version);
    model.versions.push_back(std::move(version));
  }
  std::sort(model.versions.begin(), model.versions.end(),
            [](const auto& a, const auto& b) { return a.version < b.version; });
  const std::string file = model_file(name);
  if (const auto text = read_file_if_exists(workspace.absolute(file))) {
    parse_model_file(*text, file, model);
  }
  return model;
}

const ModelVersion* find_version(const Model& model, int64_t number) {
  for (const auto& version : model.versions) {
    if (version.version == number) return &version;
  }
  return nullptr;
}

std::optional<int64_t> find_alias(const Model& model, std::string_view alias) {
  for (const auto& [name, version] : model.aliases) {
    if (name == alias) return version;
  }
  return std::nullopt;
}

const ModelVersion& required_version(const Model& model, int64_t number) {
  if (const auto* version = find_version(model, number)) return *version;
  std::vector<std::string> known;
  for (const auto& version : model.versions) known.push_back(std::to_string(version.version));
  throw usage(fmt::format("model {} has no version {}", quoted(model.name), number),
              known.empty() ? "it has none yet: mlo package build RUN --name " + model.name
                            : "versions: " + join(known, ", "));
}

int64_t required_alias(const Model& model, std::string_view alias) {
  if (const auto version = find_alias(model, alias)) return *version;
  std::vector<std::string> known;
  for (const auto& [name, version] : model.aliases) known.push_back(name);
  throw usage(fmt::format("model {} has no alias {}", quoted(model.name), quoted(alias)),
              known.empty()
                  ? fmt::format("set it: mlo model alias {} {} VERSION", model.name, alias)
                  : suggestion(alias, known));
}

void check_name(std::string_view what, std::string_view name) {
  const bool bad = name.empty() || !is_utf8(name) ||
                   std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20; });
  if (bad || name.find_first_of(":@/") != std::string_view::npos) {
    throw usage(fmt::format("{} is not a name for {}", quoted(name), what),
                "a name is not empty and has no ':', '@', '/' or control character");
  }
}

void write_files(Env& env, const repo::Workspace& workspace,
                 const std::map<std::string, std::string>& files) {
  for (const auto& [path, text] : files) {
    const std::string absolute = workspace.absolute(path);
    if (read_file_if_exists(absolute) == text) {
      sync_recent_names(env.files, std::string(parent_path(absolute)));
      continue;
    }
    make_directories(env.files, std::string(parent_path(absolute)));
    write_file_atomically(env.files, absolute, text);
  }
}

/// Writes files (relative to the workspace) and makes them one commit; returns it, empty without
/// one.
std::string publish(Env& env, repo::Workspace& workspace, const std::string& message,
                    const std::map<std::string, std::string>& files, Commit commit) {
  repo::Git* git = commit == Commit::yes ? workspace.git() : nullptr;
  std::string made;
  if (git != nullptr) {
    std::map<std::string, std::optional<std::string>> by_git_path;
    for (const auto& [path, text] : files) by_git_path[workspace.git_path(path)] = text;
    made = git->commit_files(message, by_git_path).value_or("");
  } else {
    write_files(env, workspace, files);
  }
  // The names of a new model's directory and of models/, whoever made them.
  sync_recent_names(env.files, workspace.models_dir());
  sync_recent_names(env.files, workspace.root());
  return made;
}

}  // namespace

std::vector<std::string> Registry::names() const {
  std::vector<std::string> names;
  for (const auto& file : names_in(workspace_.models_dir())) {
    const auto name = decode_name(file);
    if (!name) continue;
    const auto inside = names_in(join_path(workspace_.models_dir(), file));
    const bool any = std::any_of(inside.begin(), inside.end(), [](const std::string& one) {
      return one == "model.yaml" || version_of_file(one);
    });
    if (any) names.push_back(*name);
  }
  return names;
}

std::vector<Model> Registry::list() const {
  std::vector<Model> models;
  for (const auto& name : names()) models.push_back(load_model(workspace_, name));
  return models;
}

Model Registry::show(std::string_view name) const {
  const auto known = names();
  if (std::find(known.begin(), known.end(), name) != known.end()) {
    return load_model(workspace_, std::string(name));
  }
  throw usage(
      fmt::format("there is no model {}", quoted(name)),
      known.empty() ? "register one: mlo package build RUN --name NAME" : suggestion(name, known));
}

RegisterReport Registry::add(const RegisterOptions& options) {
  check_name("a model", options.name);
  const auto lock = workspace_.lock();
  const Model model = load_model(workspace_, options.name);
  RegisterReport report;
  const ModelVersion* last = model.versions.empty() ? nullptr : &model.versions.back();
  // A build that was interrupted after it took its number finds that number again.
  report.created = last == nullptr || last->digest != options.digest || last->run != options.run;
  if (report.created) {
    ModelVersion& version = report.version;
    version.name = options.name;
    version.version = last == nullptr ? 1 : last->version + 1;
    version.digest = options.digest;
    version.kind = options.kind;
    version.run = options.run;
    version.commit = options.commit;
    version.metrics = options.metrics;
    version.file = fmt::format("{}/{}.yaml", model_directory(options.name), version.version);
  } else {
    report.version = *last;
  }
  std::map<std::string, std::string> files;
  // Written once: a known version keeps its bytes, comments included.
  files[report.version.file] = report.created ? format_version_file(report.version)
                                              : read_file(workspace_.absolute(report.version.file));
  const std::string file = model_file(options.name);
  files[file] = read_file_if_exists(workspace_.absolute(file)).value_or(empty_model_file());
  report.commit = publish(env_, workspace_,
                          fmt::format("model {}: version {}", options.name, report.version.version),
                          files, options.git_commit);
  return report;
}

AliasReport Registry::alias(const AliasOptions& options) {
  check_name("an alias", options.alias);
  if (options.alias.find_first_not_of("0123456789") == std::string::npos) {
    throw usage(fmt::format("alias {} looks like a version", quoted(options.alias)),
                "use a name that is not a number");
  }
  const auto lock = workspace_.lock();
  const Model model = show(options.name);
  if (options.version) required_version(model, *options.version);
  AliasReport report{options.name, options.alias, find_alias(model, options.alias), options.version,
                     ""};
  if (!options.version && !report.before) required_alias(model, options.alias);
  if (options.expect && report.before.value_or(0) != *options.expect) {
    throw Error(Exit::no,
                fmt::format("alias {} of model {} is {}, not {}", quoted(options.alias),
                            quoted(options.name),
                            report.before ? std::to_string(*report.before) : "not set",
                            *options.expect == 0 ? "unset" : std::to_string(*options.expect)),
                "somebody was faster; nothing was changed");
  }
  const std::string file = model_file(options.name);
  const std::string text =
      read_file_if_exists(workspace_.absolute(file)).value_or(empty_model_file());
  std::string edited =
      options.version ? format::set_at(text, file, {"aliases", options.alias}, *options.version)
                      : format::remove_at(text, file, {"aliases", options.alias});
  const std::string message =
      options.version
          ? fmt::format("model {}: {} is version {}", options.name, options.alias, *options.version)
          : fmt::format("model {}: no {} any more", options.name, options.alias);
  report.commit =
      publish(env_, workspace_, message, {{file, std::move(edited)}}, options.git_commit);
  return report;
}

ModelVersion Registry::resolve(const repo::Reference& reference) const {
  if (reference.kind != repo::Reference::Kind::model) {
    throw usage(fmt::format("{} does not name a model", quoted(reference.text)),
                "model:NAME, model:NAME:VERSION or model:NAME@ALIAS");
  }
  const Model model = show(reference.name);
  if (reference.version) return required_version(model, *reference.version);
  if (!reference.alias.empty()) {
    return required_version(model, required_alias(model, reference.alias));
  }
  if (model.versions.empty()) return required_version(model, 1);
  return model.versions.back();
}

ModelVersion Registry::resolve(std::string_view text) const {
  return resolve(repo::parse_model_reference(text));
}

}  // namespace mlo::package
