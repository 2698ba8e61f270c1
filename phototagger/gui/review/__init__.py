"""Reviewing: suggestions, keywords and the caption of the photos on show.
What a person confirms or rejects here may come in.
"""
