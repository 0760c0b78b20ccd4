# Completes each line of standard input with the script $1, and prints one line of answers for each.
source "$1"
while IFS= read -r line; do
  COMP_WORDS=()
  # As readline does it: "=" and ":" are words of their own.
  for word in ${line//[:=]/ & }; do COMP_WORDS+=("$word"); done
  [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _checkwright
  printf '%s\t' "${COMPREPLY[@]}"
  echo
done
