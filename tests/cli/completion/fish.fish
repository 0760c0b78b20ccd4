# Completes each line of standard input with the script in the first argument, and prints one line of
# suggestions for each.
source $argv[1]
while read -l line
    for answer in (complete -C $line)
        printf '%s\t' (string split \t -- $answer)[1]
    end
    echo
end
