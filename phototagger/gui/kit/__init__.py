"""Widgets and words that every room of the window uses: labels, icons, theme, messages, wording.
What knows of photos or people may not come in.
"""
