# Completes each line of standard input with the script $1, and prints one line of suggestions for each.
source "$1"
while IFS= read -r line; do
  COMP_WORDS=()
  # Like readline, this makes each "=" and ":" a word of its own.
  for word in ${line//[:=]/ & }; do COMP_WORDS+=("$word"); done
  [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _checkwright
  printf '%s\t' "${COMPREPLY[@]}"
  echo
done
