"""The window: all PySide6. No file, SQL, exiftool or network call on its thread.
Rooms are what a person sees; ``bridge`` is the one way to the work behind.
"""
