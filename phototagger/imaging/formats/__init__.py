"""One module for each format that Pillow alone does not open well.
A new format may come in.
"""
