"""The terminal: what is printed where, interrupts, streams that are closed.
Nothing here knows of photos.
"""
