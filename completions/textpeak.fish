# Completion of textpeak for fish: put it into ~/.config/fish/completions.

complete --keep-order --exclusive --command textpeak --arguments "(COMPLETE=fish textpeak -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor) 2> /dev/null)"
