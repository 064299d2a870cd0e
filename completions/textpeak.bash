# Completion of textpeak for bash: source it, or put it where bash-completion looks.

_textpeak() {
    local IFS=$'\n'
    COMPREPLY=()
    # The line goes over as it was typed: bash's own words end at = and :, with quotes still on.
    # Read from a here-string, the answer is split at line ends and nothing in it is expanded.
    read -r -d '' -a COMPREPLY <<< "$(
        COMPLETE=bash textpeak -- "${COMP_LINE:0:COMP_POINT}" "$2" 2> /dev/null
    )"
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]]; then
        compopt -o nospace 2> /dev/null
    fi
    return 0
}

complete -o bashdefault -o nosort -F _textpeak textpeak 2> /dev/null ||
    complete -o bashdefault -F _textpeak textpeak
