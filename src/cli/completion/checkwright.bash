# Completion of checkwright for bash 3.2 and later. In ~/.bashrc:
#   source <(checkwright completion bash)

# Sets variables for a subcommand: its options, the kind of each positional word, the kind of all
# further words, and whether options must precede the positional words.
_checkwright_table() {
  options='--help' kinds=() more='' early=''
  case $1 in
{{table}}
  esac
}

# Sets the kind of an option's value; empty if the option has no value.
_checkwright_value() {
  case "$1 $2" in
{{values}}
    *) value='' ;;
  esac
}

# Prints the words of a kind that start like the current word. The agent is run to list its commands.
_checkwright_words() {
  case $1 in
    FILE) compgen -f -- "$current" ;;
    DIR) compgen -d -- "$current" ;;
    AGENT)
      compgen -d -- "$current"
      compgen -f -X '!*.[jt]s' -- "$current"
      ;;
    COMMAND)
      # compgen -W is not used here, because it expands the names.
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
  # Readline splits words at ":" and "=". This loop joins them again.
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

  # `given`: the positional words so far; `list`: the arguments that select the agent.
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
  # If other words may follow the agent, only its file extension identifies it.
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
