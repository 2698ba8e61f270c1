"""The same jobs without a window; the only room that prints.
``main`` is the way in; rooms are the grammar, the commands and the terminal.
"""
