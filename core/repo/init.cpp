#include "repo/init.hpp"

#include "base/text.hpp"
#include "repo/ignore_rules.hpp"
#include "repo/layout.hpp"
#include "repo/workspace.hpp"

namespace mlo::repo {
namespace {

constexpr std::string_view kTemplate =
    R"(# mlo.yaml: what this project is. Committed to git; `man mlo-train`, `man mlo-deploy` and
# `man mlo-drift` explain the keys. Uncomment what you need. Paths are relative to this file. Local
# settings (where the store lies, plugins) belong into .mlo/config.yaml, which git does not carry.

# trainings:
#   NAME:                         # mlo train NAME
#     data: data/train.csv        # a CSV file, or a reference such as git:v1:data/train.csv
#     target: label
#     model: {builtin: mlp, hidden: [64, 32]}
#     split: {validation: 0.2, seed: 1}
#     epochs: 20

# deployments:
#   NAME:                         # mlo deploy apply NAME
#     model: model:NAME@production
#     port: 8080

# drift:
#   NAME:                         # mlo drift check NAME current.csv
#     share: 0.5                  # of the columns; at least so many drifted means exit 1
#     fail_on: []                 # columns that alone suffice

# remotes:                        # mlo push, fetch, pull; 'mlo remote add' writes it
#   origin: {url: /mnt/shared/mlo}

# stages: {}                      # reserved: a pipeline: commands, what they read and what they write
# validate: {}                    # reserved: what data must look like
# policies: {}                    # reserved: what a model must show before it may be promoted
)";

void add_ignore_line(Env& env, const std::string& directory, std::string_view name) {
  std::string file = join_path(directory, ".gitignore");
  std::string text = read_file_if_exists(file).value_or("");
  std::string wanted = with_ignore_line(text, name);
  if (wanted != text) write_file_atomically(env.files, file, wanted);
}

}  // namespace

InitReport init(Env& env, const std::string& directory) {
  if (!stat_target(directory)) make_directories(env.files, directory);
  std::string root = real_path(directory);
  if (!is_directory(root)) throw usage(quoted(directory) + " is not a directory");
  auto git = Git::open(env, root);
  InitReport report{root, mlo_directory(root, git.get()), false, git != nullptr};
  std::string yaml = join_path(root, "mlo.yaml");
  report.created = !exists(yaml);
  check_mlo_directory(env, root, report.mlo_dir, git.get());
  make_directories(env.files, report.mlo_dir);
  add_ignore_line(env, root, ".mlo");
  // mlo.yaml last: it is what makes the directory a workspace.
  if (report.created) write_file_atomically(env.files, yaml, kTemplate);
  Workspace workspace = Workspace::open(env, root);
  workspace.config();
  workspace.store();
  sync_directory(env.files, root);
  if (root != "/") sync_recent_names(env.files, std::string(parent_path(root)));
  return report;
}

}  // namespace mlo::repo
