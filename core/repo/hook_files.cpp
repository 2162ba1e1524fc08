#include "repo/hook_files.hpp"

#include <sys/stat.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "repo/hook_script.hpp"
#include "repo/managed_block.hpp"

namespace mlo::repo {
namespace {

constexpr std::string_view kFirstLine = "#!/bin/sh\n";
constexpr size_t kLargestHook = 16 << 20;

std::string kept_path(const std::string& path) { return path + std::string(kKeptSuffix); }

/// The text of a regular file; nullopt for everything else.
std::optional<std::string> script_at(const std::string& path) {
  auto status = stat_of(path);
  if (!status || !S_ISREG(status->st_mode)) return std::nullopt;
  return read_file(path, kLargestHook);
}

/// git runs only executable hooks, so ours would wake up one that was put to sleep.
bool takes_lines(const std::string& path, const std::string& text) {
  return (stat_of(path)->st_mode & S_IXUSR) != 0 && is_shell_script(text);
}

bool refresh(Env& env, const std::string& path, const std::string& text,
             const std::string& wanted) {
  mode_t mode = stat_of(path)->st_mode & 07777;
  if (text == wanted && (mode & S_IXUSR) != 0) return false;
  write_with_mode(env, path, wanted, mode | S_IXUSR);
  return true;
}

void set_aside(Env& env, const std::string& path) {
  std::string kept = kept_path(path);
  if (exists(kept)) {
    throw failure("cannot keep the hook " + quoted(path) + ": " + quoted(kept) + " is in the way",
                  "look at both, and remove or rename one of them");
  }
  env.files.rename(path, kept);
}

}  // namespace

void write_with_mode(Env& env, const std::string& path, const std::string& text, mode_t mode) {
  write_file_atomically(env.files, path, text, mode);
  if ((stat_of(path)->st_mode & 07777) != mode) env.files.change_mode(path, mode);
}

HookState inspect_hook(const std::string& name, const std::string& path) {
  HookState state{name, path, HookState::State::absent, exists(kept_path(path)), "", ""};
  auto text = script_at(path);
  if (!text) {
    state.beside = state.beside || exists(path);
    return state;
  }
  WithoutBlock rest = without_block(*text);
  state.beside = state.beside || rest.text != kFirstLine;
  state.manager = manager_of_hook(rest.text);
  if (!state.manager.empty()) state.hint = manager_hint(state.manager, name);
  if (rest.had_block) {
    state.state = HookState::State::installed;
  } else if (!state.manager.empty()) {
    state.state = HookState::State::managed;
  }
  return state;
}

bool install_hook(Env& env, HookState& state, const std::string& program) {
  const std::string& path = state.path;
  if (is_directory(path)) throw failure(quoted(path) + " is a directory, not a hook");
  auto lines = [&] {
    return hook_lines(state.name, program,
                      exists(kept_path(path)) ? Keeps::renamed : Keeps::nothing);
  };
  auto text = script_at(path);
  bool changed = true;
  if (text && (without_block(*text).had_block || takes_lines(path, *text))) {
    changed =
        refresh(env, path, *text, with_block(*text, lines(), text->find('\n') + 1, Origin::found));
  } else {
    if (stat_of(path)) set_aside(env, path);
    std::string first(kFirstLine);
    write_with_mode(env, path, with_block(first, lines(), first.size(), Origin::made), 0755);
  }
  state = inspect_hook(state.name, path);
  return changed;
}

bool uninstall_hook(Env& env, HookState& state) {
  const std::string& path = state.path;
  std::string kept = kept_path(path);
  auto text = script_at(path);
  WithoutBlock rest = without_block(text.value_or(""));
  bool ours_alone = rest.had_block && rest.origin == Origin::made && rest.text == kFirstLine;
  if (rest.had_block && !ours_alone) {
    write_with_mode(env, path, rest.text, stat_of(path)->st_mode & 07777);
  } else if ((ours_alone || !exists(path)) && exists(kept)) {
    env.files.rename(kept, path);
  } else if (ours_alone) {
    env.files.unlink(path);
  } else {
    return false;
  }
  sync_directory(env.files, std::string(parent_path(path)));
  if (exists(kept)) {
    env.reporter.warn(quoted(kept) + " was left: " + quoted(path) + " is not mlo's any more");
  }
  state = inspect_hook(state.name, path);
  return true;
}

}  // namespace mlo::repo
