"""Photos in the window: grid, big view, filters, folders, problems.
What shows photos may come in.
"""
