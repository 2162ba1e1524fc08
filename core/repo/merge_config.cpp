#include "repo/merge_config.hpp"

#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "repo/hook_files.hpp"
#include "repo/hook_script.hpp"
#include "repo/layout.hpp"
#include "repo/managed_block.hpp"

namespace mlo::repo {
namespace {

constexpr std::string_view kAttribute = "*.mlo merge=mlo";

/// git expands % and unquotes \ and ".
std::string driver_value(const std::string& program) {
  std::string command = "mlo=$(command -v mlo) || mlo=" + shell_quoted(program) +
                        "; \"$mlo\" merge-driver --marker-size=%L -- %O %A %B %P";
  std::string value = "\"";
  size_t literal = command.rfind("; \"$mlo\"");
  for (size_t i = 0; i < command.size(); ++i) {
    char c = command[i];
    if (c == '%' && i < literal) value += '%';
    if (c == '\\' || c == '"') value += '\\';
    if (c == '\n') {
      value += "\\n";
    } else {
      value += c;
    }
  }
  return value + "\"";
}

std::string driver_section(const std::string& program) {
  return "[merge \"mlo\"]\n\tname = pointers of mlo data\n\tdriver = " + driver_value(program) +
         "\n";
}

std::string config_path(const Git& git) { return real_path(join_path(git.common_dir(), "config")); }

/// git's protocol: whoever made `config.lock` may write. Ours gets that name only when it is whole, so that
/// one of a command that was killed is known again by its text.
void write_config(Env& env, const std::string& path, const std::string& text) {
  std::string lock = path + ".lock";
  std::string fresh = path + ".mlo-" + std::to_string(::getpid());
  auto status = stat_of(path);
  write_with_mode(env, fresh, text, status->st_mode & 07777);
  try {
    env.files.rename_new(fresh, lock);
  } catch (const Error& error) {
    bool ours = error.system_code() == EEXIST && read_file_if_exists(lock) == text;
    env.files.unlink(fresh);
    if (error.system_code() == EEXIST && !ours) {
      throw failure("git's config is locked: " + quoted(lock) + " exists",
                    "remove it if no git runs");
    }
    if (!ours) throw;
  }
  env.files.rename(lock, path);
  sync_directory(env.files, std::string(parent_path(path)));
}

/// Perhaps a symbolic link, which stays one.
std::string local_attributes(const Git& git) {
  std::string path = git.common_dir() + "/info/attributes";
  return stat_target(path) ? real_path(path) : path;
}
std::string shared_attributes(const Git& git) {
  return join_path(git.work_tree(), ".gitattributes");
}

bool names_driver(const std::string& file) {
  std::string text = read_file_if_exists(file).value_or("");
  for (std::string_view line : split(text, '\n')) {
    if (trimmed(line) == kAttribute) return true;
  }
  return false;
}

}  // namespace

bool has_merge_driver(const Git& git) {
  return without_block(read_file(config_path(git))).had_block;
}

bool install_merge_driver(Env& env, const Git& git, const std::string& program) {
  std::string path = config_path(git);
  std::string text = read_file(path);
  std::string wanted =
      with_block(text, driver_section(program), after_byte_order_mark(text), Origin::found);
  if (wanted == text) return false;
  write_config(env, path, wanted);
  return true;
}

bool uninstall_merge_driver(Env& env, const Git& git) {
  std::string path = config_path(git);
  WithoutBlock rest = without_block(read_file(path));
  if (rest.had_block) write_config(env, path, rest.text);
  return rest.had_block;
}

std::string merge_attributes(const Git& git) {
  for (const std::string& file : {shared_attributes(git), local_attributes(git)}) {
    if (names_driver(file)) return file;
  }
  return "";
}

bool install_local_attributes(Env& env, const Git& git) {
  std::string path = local_attributes(git);
  auto text = read_file_if_exists(path);
  if (!text) make_directories(env.files, std::string(parent_path(path)));
  // In front, so that the user's own lines win.
  std::string wanted =
      with_block(text.value_or(""), std::string(kAttribute) + "\n",
                 after_byte_order_mark(text.value_or("")), text ? Origin::found : Origin::made);
  if (text == wanted) return false;
  write_with_mode(env, path, wanted, text ? stat_target(path)->st_mode & 07777 : 0644);
  return true;
}

bool uninstall_local_attributes(Env& env, const Git& git) {
  std::string path = local_attributes(git);
  WithoutBlock rest = without_block(read_file_if_exists(path).value_or(""));
  if (!rest.had_block) return false;
  if (rest.origin == Origin::made && rest.text.empty()) {
    env.files.unlink(path);
    sync_directory(env.files, std::string(parent_path(path)));
  } else {
    write_with_mode(env, path, rest.text, stat_target(path)->st_mode & 07777);
  }
  return true;
}

bool install_shared_attributes(Env& env, const Git& git) {
  std::string path = shared_attributes(git);
  if (names_driver(path)) return false;
  std::string text = read_file_if_exists(path).value_or("");
  if (!text.empty() && text.back() != '\n') text += '\n';
  write_file_atomically(env.files, path, text + std::string(kAttribute) + "\n");
  return true;
}

}  // namespace mlo::repo
