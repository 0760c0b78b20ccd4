#compdef checkwright
# Completion of checkwright for zsh. In ~/.zshrc, after compinit:
#   source <(checkwright completion zsh)

_checkwright_subcommand() {
  local -a subcommands=(
{{subcommands}}
  )
  _describe -t subcommands subcommand subcommands
}

_checkwright_agent() {
  _files -g '*.([cm]|)[jt]s(|x)(-.)'
}

# Completes the commands of the agent, which is run to list them.
_checkwright_command() {
  local -a list names
  local -i at
  for ((at = 2; at < CURRENT; at++)); do
    case $words[at] in
      --settings) list+=(--settings "${(Q)words[++at]}") ;;
      --settings=* | *.([cm]|)[jt]s(|x)) list+=("${(Q)words[at]/#\~\//$HOME/}") ;;
    esac
  done
  names=(${(f)"$(checkwright list $list --names 2>/dev/null </dev/null)"})
  _wanted commands expl command compadd -a names
}

_checkwright_agent_or_command() {
  _alternative 'agents:agent:_checkwright_agent' 'commands:command:_checkwright_command'
}

# Only its file extension identifies the agent among the words.
_checkwright_command_of_agent() {
  [[ $line[1] == *.([cm]|)[jt]s(|x) ]] && _checkwright_command
}

_checkwright() {
  local curcontext=$curcontext state line
  local -A opt_args
  _arguments -C \
    '(- *)'{-h,--help}'[list the subcommands]' \
    '(- *)'{-V,--version}'[print the version]' \
    '1: :_checkwright_subcommand' \
    '*:: :->rest' && return
  [[ $state == rest ]] || return
  case $words[1] in
{{table}}
  esac
}

if [[ $funcstack[1] == _checkwright ]]; then
  _checkwright "$@"
else
  compdef _checkwright checkwright
fi
