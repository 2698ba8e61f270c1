"""The metadata fields themselves: their names, what they hold, how values are read out of and spelled into them.
A field of the metadata standards or of another program may come in.
"""
