# Completes each line of standard input with the script $1, and prints one line of suggestions for each.
# The completion of zsh works only in its line editor, so this starts a shell on a terminal. A wrapper
# of compadd writes the suggestions to a file.
zmodload zsh/zpty
out=$2
zpty shell zsh -f -i
zpty -w shell "PS1=; unsetopt beep; autoload -Uz compinit; compinit -D; source ${(q)1}
compadd() {
  if ! (( \${@[(I)-[OAD]*]} )); then
    local -a hits
    builtin compadd -O hits \"\$@\"
    print -rl -- \$hits >>${(q)out}
  fi
  builtin compadd \"\$@\"
}
completed() { print -r -- . >>${(q)out}; zle kill-whole-line }
zle -N completed
bindkey '^O' completed '^I' complete-word"
while IFS= read -r line; do
  : >$out
  zpty -n -w shell $line$'\t\x0f'
  until [[ $(<$out) == (|*$'\n'). ]]; do
    zpty -r -t shell ignored
    sleep 0.01
  done
  answers=(${(uf)"$(<$out)"})
  print -r -- ${(pj:\t:)answers[1,-2]}
done
