"""The story as generators over ports: what the program does, step by step, each cancellable.
A job may come in; it reaches imaging, inference and exiftool through ``ports`` only.
"""
