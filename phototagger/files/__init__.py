"""What is true of files whatever is in them: pairs, sidecars, clouds, other programs' folders, files of our own.
What reads metadata or pixels may not come in.
"""
