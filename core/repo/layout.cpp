#include "repo/layout.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::repo {
namespace {

/// As git: root under sudo acts for the user who called it.
bool is_own(Env& env, uid_t owner) {
  if (owner == ::geteuid()) return true;
  auto sudo = env.variables.get("SUDO_UID");
  return ::geteuid() == 0 && sudo && *sudo == std::to_string(owner);
}

}  // namespace

std::string real_path(const std::string& path) {
  char* resolved = ::realpath(path.c_str(), nullptr);
  if (!resolved) throw system_error("cannot open " + quoted(path), errno);
  std::string text = resolved;
  ::free(resolved);
  return text;
}

std::string mlo_directory(const std::string& root, const Git* git) {
  if (git && git->main_work_tree() != git->work_tree()) {
    if (auto below = relative_to(root, git->work_tree())) {
      std::string main = join_path(git->main_work_tree(), *below);
      if (is_directory(main)) return join_path(main, ".mlo");
    }
  }
  return join_path(root, ".mlo");
}

void check_mlo_directory(Env& env, const std::string& root, const std::string& mlo_dir, Git* git) {
  auto status = stat_of(mlo_dir);
  if (!status) return;
  if (!S_ISDIR(status->st_mode)) throw failure(quoted(mlo_dir) + " is not a directory");
  if (!is_own(env, status->st_uid)) {
    throw failure(quoted(mlo_dir) + " belongs to another user",
                  "if you trust it: chown -R \"$(id -u)\" '" + printable(mlo_dir) + "'");
  }
  if (!git) return;
  std::string below = relative_to(join_path(root, ".mlo"), git->work_tree()).value_or("");
  if (!below.empty() && git->carries(below)) {
    throw failure(
        "git carries " + quoted(below) + ", which must stay local",
        "git rm -r --cached '" + printable(below) + "', commit, and look at what it held");
  }
}

}  // namespace mlo::repo
