# Completion of textpeak for elvish: eval it in rc.elv.

set edit:completion:arg-completer[textpeak] = {|@words|
    env COMPLETE=elvish textpeak -- $@words
}
