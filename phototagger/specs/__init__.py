"""What networks and extensions say of themselves: spec folders, labels, entry points. Read here, run elsewhere.

Come in: data about networks, and where it is looked for. Not: torch, pixels, SQL, keywords of photos.
"""
