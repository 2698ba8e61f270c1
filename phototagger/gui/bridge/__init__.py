"""The one way between the window's thread and the work: the runner, and what the window needs of the program.
Nothing else may start work from the window.
"""
