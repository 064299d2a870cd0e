complete --keep-order --exclusive --command textpeak --arguments "(COMPLETE=fish textpeak -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
