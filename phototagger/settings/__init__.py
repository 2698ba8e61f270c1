"""What a person can set, each declared once, where it is stored, and where our own files lie.
A new setting may come in; what acts on one may not.
"""
