"""Faces, groups, persons, their boxes here and in files, and forgetting them.
What is about people or boxes may come in.
"""
