# Completion of checkwright for bash 3.2 and later. In ~/.bashrc:
#   source <(checkwright completion bash)

# What may be said behind a subcommand: its options, what each word stands for, what those stand
# for that follow, whether no option follows a word.
_checkwright_table() {
  options='--help' kinds=() more='' early=''
  case $1 in
{{table}}
  esac
}

# What the value of an option of a subcommand stands for; nothing where it has none.
_checkwright_value() {
  case "$1 $2" in
{{values}}
    *) value='' ;;
  esac
}

# Words that begin as the current one, by what they stand for. The agent is asked for its commands.
_checkwright_words() {
  case $1 in
    FILE) compgen -f -- "$current" ;;
    DIR) compgen -d -- "$current" ;;
    AGENT)
      compgen -d -- "$current"
      compgen -f -X '!*.[jt]s' -- "$current"
      ;;
    COMMAND)
      # Not by compgen -W, which would expand what is in the names.
      checkwright list ${list[@]+"${list[@]}"} --names </dev/null | while IFS= read -r word; do
        if [[ $word == "$current"* ]]; then printf '%s\n' "$word"; fi
      done
      ;;
    SUBCOMMAND) compgen -W '{{names}}' -- "$current" ;;
    OPTION) compgen -W "$options" -- "$current" ;;
    *'|'*) compgen -W "${1//|/ }" -- "$current" ;;
  esac 2>/dev/null
}

_checkwright_add() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(_checkwright_words "$1")
  case $1 in
    FILE | DIR | AGENT) compopt -o filenames 2>/dev/null ;;
  esac
}

_checkwright() {
  COMPREPLY=()
  # Readline takes words apart at ":" and "=". Here they are whole again.
  local at word glue='' words=()
  for ((at = 1; at <= COMP_CWORD; at++)); do
    word=${COMP_WORDS[at]}
    if [[ ${#words[@]} -gt 0 && ($glue || $word == [:=]) ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    glue=''
    if [[ $word == [:=] ]]; then glue=1; fi
  done

  local last=$((${#words[@]} - 1))
  local current=${words[last]} options='--help --version'
  if [[ $last -eq 0 ]]; then
    if [[ $current == -* ]]; then _checkwright_add OPTION; else _checkwright_add SUBCOMMAND; fi
    return
  fi

  # `given`: the positional words so far; `list`: what the agent is found by.
  local subcommand=${words[0]} first=1
  case $subcommand in
    {{groups}})
      if [[ $last -gt 1 ]]; then subcommand+=" ${words[1]}" first=2; fi
      ;;
  esac
  local kinds more early value='' option='' given=() list=()
  _checkwright_table "$subcommand"
  for ((at = first; at < last; at++)); do
    word=${words[at]}
    if [[ $value ]]; then
      if [[ $option == --settings ]]; then list+=(--settings "$word"); fi
      value=''
    elif [[ $word == -* && ! ($early && ${#given[@]} -gt 0) ]]; then
      if [[ $word == --settings=* ]]; then list+=("$word"); fi
      option=$word
      _checkwright_value "$subcommand" "$option"
    else
      given+=("$word")
    fi
  done

  if [[ $value ]]; then
    _checkwright_add "$value"
    return
  fi
  if [[ $current == -* && ! ($early && ${#given[@]} -gt 0) ]]; then
    if [[ $current == --*=* ]]; then
      _checkwright_value "$subcommand" "${current%%=*}"
      current=${current#*=}
      _checkwright_add "$value"
    else
      _checkwright_add OPTION
    fi
    return
  fi

  at=${#given[@]}
  # Where more may follow, only its ending tells whether the agent is there.
  if [[ ${#kinds[@]} -gt 1 && ${kinds[0]} == AGENT ]]; then
    case ${given[0]-} in
      '') _checkwright_add AGENT ;;
      *.[jt]s | *.[jt]sx | *.[cm][jt]s) list+=("${given[0]/#\~\//$HOME/}") ;;
      *) kinds=("${kinds[@]:1}") ;;
    esac
    if [[ $at -eq 0 ]]; then at=1; fi
  fi
  _checkwright_add "${kinds[at]-$more}"
}

complete -F _checkwright checkwright
