"""Photos, folders, what networks and files said of them, search and figures.
Queries about photos as such may come in.
"""
