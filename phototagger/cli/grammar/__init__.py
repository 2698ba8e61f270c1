"""How a command line is read: commands, options, mistakes explained with the way out.
A new command's or option's shape may come in; what it does may not.
"""
