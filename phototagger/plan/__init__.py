"""What a write changes in a file's metadata: the smallest difference between what is wanted and what is held. Pure.
Rules about fields may come in; whatever opens a file may not.
"""
