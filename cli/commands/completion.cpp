#include <algorithm>
#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"

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

constexpr std::string_view kZshBegin =
    R"sh(#compdef mlo
# zsh completion of mlo; load with: eval "$(mlo completion zsh)", or as _mlo from a folder of $fpath
autoload -U +X bashcompinit && bashcompinit
)sh";

// From a folder of $fpath, zsh runs the script as the function _mlo when it wants the first answer.
constexpr std::string_view kZshEnd =
    R"sh([[ "${funcstack[1]}" = _mlo ]] && _bash_complete -o filenames -F _mlo
true
)sh";

constexpr std::string_view kFish =
    R"sh(# fish completion of mlo; load with: mlo completion fish | source
function __mlo_complete
  set -l words (commandline -opc)
  set -l word (commandline -ct)
  set -l commands (string split ';' "@COMMANDS@")
  if test (count $words) -eq 1
    string replace -r ' .*' '' $commands | sort -u
    return
  end
  set -l command $words[2]
  set -l verbs (string replace -f -r "^$command " '' $commands)
  if test (count $verbs) -gt 0
    if test (count $words) -eq 2
      printf '%s\n' $verbs
      return
    end
    set command $command $words[3]
  end
  if string match -q -- '-*' $word
    mlo $command --help 2>/dev/null | grep -o -E -- '--[a-z][a-z-]*' | sort -u
  else
    __fish_complete_path $word
  end
end
complete -c mlo -f -a '(__mlo_complete)'
)sh";

std::string with_commands(std::string_view script) {
  constexpr std::string_view kPlace = "@COMMANDS@";
  std::string names;
  for (const Command& command : commands()) {
    if (!names.empty()) names += ';';
    names += command.name;
  }
  std::string text(script);
  text.replace(text.find(kPlace), kPlace.size(), names);
  return text;
}

}  // namespace

Action declare_completion(OptionParser& parser) {
  auto shell = std::make_shared<std::string>("bash");
  parser.add_option("SHELL", *shell, "bash, zsh or fish").show_default();
  return [shell](Context& context) {
    const std::vector<std::string> known = {"bash", "zsh", "fish"};
    if (std::ranges::find(known, *shell) == known.end()) {
      throw usage("no completion for the shell " + quoted(*shell), suggestion(*shell, known));
    }
    if (*shell == "zsh") context.out.text(kZshBegin);
    context.out.text(with_commands(*shell == "fish" ? kFish : kBash));
    if (*shell == "zsh") context.out.text(kZshEnd);
    return Exit::done;
  };
}

}  // namespace mlo::cli
