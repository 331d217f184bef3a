/** Shells that completion is written for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** First line of an answer: files may stand here. */
export const FILES = ":files";

/** Scripts that ask `qalam __complete` what may stand at the cursor: words are handed on as they are, and never evaluated. */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# Completion of qalam for bash. Put into ~/.bashrc: source <(qalam completion bash)
_qalam() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    [[ $line == ${FILES} ]] && return 0
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(qalam __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 0 ]] && compopt +o default 2>/dev/null
  return 0
}
complete -o default -F _qalam qalam
`,
  zsh: `#compdef qalam
# Completion of qalam for zsh. Put into ~/.zshrc, after compinit: source <(qalam completion zsh)
_qalam() {
  local line
  local -a values
  for line in "\${(@f)$(qalam __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    if [[ $line == ${FILES} ]]; then
      _files
      return
    fi
    values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe -V qalam values
}
if [[ $funcstack[1] == _qalam ]]; then
  _qalam "$@"
else
  compdef _qalam qalam
fi
`,
  fish: `# Completion of qalam for fish. Put into ~/.config/fish/completions/qalam.fish: qalam completion fish
function __qalam_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    test (count $current) -eq 0; and set current ''
    qalam __complete -- $before[2..] $current 2>/dev/null
end
complete -c qalam -f
complete -c qalam -a '(__qalam_complete | string match -v "${FILES}")'
complete -c qalam -n '__qalam_complete | string match -q "${FILES}"' -F
`,
};
