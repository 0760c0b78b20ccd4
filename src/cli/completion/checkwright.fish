# Completion of checkwright for fish. In ~/.config/fish/config.fish:
#   checkwright completion fish | source

# Prints the positional words after a subcommand. The first argument is the subcommand, the others are
# its options that have a value.
function __checkwright_given
    set -l skip
    set -l words (commandline -opc)
    set -l first (math 2 + (count (string split ' ' $argv[1])))
    for word in $words[$first..-1]
        if set -q skip[1]
            set -e skip[1]
        else if contains -- $word $argv[2..-1]
            set skip 1
        else if not string match --quiet -- '-*' $word
            echo $word
        end
    end
end

# Succeeds if this is the subcommand and, with a number, so many positional words have followed it.
function __checkwright_at
    set -l words (commandline -opc)
    set -l last (math 1 + (count (string split ' ' $argv[1])))
    set -l name $words[2..$last]
    test "$name" = $argv[1]; or return
    set -q argv[2]; or return 0
    test (count (__checkwright_given $argv[1] $argv[3..-1])) -eq $argv[2]
end

# Prints the commands of the agent. Only its file extension identifies the agent among the words.
function __checkwright_commands
    set -l list
    set -l given (__checkwright_given $argv)
    if set -q given[1]
        string match --quiet --regex '\.[cm]?[jt]sx?$' -- $given[1]; or return
        set list $given[1]
    end
    set -l words (commandline -opc)
    for at in (seq 3 (count $words))
        switch $words[$at]
            case --settings
                set -a list --settings $words[(math $at + 1)]
            case '--settings=*'
                set -a list $words[$at]
        end
    end
    checkwright list $list --names 2>/dev/null </dev/null
end

complete -c checkwright -f
complete -c checkwright -n 'test (count (commandline -opc)) -eq 1' -s h -l help -d 'list the subcommands'
complete -c checkwright -n 'test (count (commandline -opc)) -eq 1' -s V -l version -d 'print the version'
{{table}}
