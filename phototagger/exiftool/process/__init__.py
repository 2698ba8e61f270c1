"""One exiftool kept running: found, asked, given limits, and told apart from the files that end it.
How exiftool is run may come in; what its answers mean may not.
"""
