#include <CLI/CLI.hpp>
#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"

namespace mlo::cli {
namespace {

// The shell asks `mlo COMMAND --help` for the options, so the script never grows stale; start-up
// takes a few milliseconds, less than a key press.
constexpr std::string_view kBash =
    R"sh(# bash completion of mlo; load with: eval "$(mlo completion bash)"
_mlo() {
  local word=${COMP_WORDS[COMP_CWORD]} first=${COMP_WORDS[1]} second=${COMP_WORDS[2]}
  local commands="@COMMANDS@"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "$(printf '%s\n' "$commands" | tr ';' '\n' | cut -d' ' -f1 | sort -u)" -- "$word"))
    return
  fi
  local verbs
  verbs=$(printf '%s\n' "$commands" | tr ';' '\n' | sed -n "s/^$first //p")
  if [ "$COMP_CWORD" -eq 2 ] && [ -n "$verbs" ]; then
    COMPREPLY=($(compgen -W "$verbs" -- "$word"))
    return
  fi
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$(mlo "$first" ${verbs:+"$second"} --help 2>/dev/null | grep -o -E -- '--[a-z][a-z-]*' | sort -u)" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _mlo mlo
)sh";

constexpr std::string_view kZsh =
    R"sh(# zsh completion of mlo; load with: eval "$(mlo completion zsh)"
autoload -U +X bashcompinit && bashcompinit
)sh";

std::string bash_script() {
  std::string names;
  for (const Command& command : commands()) {
    if (!names.empty()) names += ';';
    names += command.name;
  }
  std::string script(kBash);
  script.replace(script.find("@COMMANDS@"), 10, names);
  return script;
}

}  // namespace

Action declare_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>("bash");
  app.add_option("SHELL", *shell, "bash or zsh")->capture_default_str();
  return [shell](Context& context) {
    std::vector<std::string> known = {"bash", "zsh"};
    if (*shell != "bash" && *shell != "zsh") {
      throw usage("no completion for the shell " + quoted(*shell), suggestion(*shell, known));
    }
    if (*shell == "zsh") context.out.text(kZsh);
    context.out.text(bash_script());
    return Exit::done;
  };
}

}  // namespace mlo::cli
