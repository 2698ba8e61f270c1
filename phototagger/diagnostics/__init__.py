"""The log, the files in which a crash leaves its traces, and the report made of both that a person can send.

Only files, settings and plain text are below; what a report tells of a catalog is handed in by the rooms above.
"""
