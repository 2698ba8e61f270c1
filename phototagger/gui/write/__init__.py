"""Before and after writing: the preview, what was left out, the history.
What tells of changes to files may come in.
"""
