"""The files of a catalog and how values stand in it: paths, packed values, what waits as SQL.
What needs no table of its own may come in.
"""
