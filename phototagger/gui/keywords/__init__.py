"""The dialog about keywords: the tree, own words, lists.
What edits words may come in.
"""
