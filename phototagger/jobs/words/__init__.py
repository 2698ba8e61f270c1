"""The person's words: keyword book, own names, learning, offers, captions.
Jobs about what words exist and mean may come in.
"""
