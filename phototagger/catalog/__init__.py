"""All SQL: one SQLite file in the user's data folder. Query functions take a connection first.
At the root is the way in: connection, history, soundness, thumbnails; the rooms are subjects.
"""
