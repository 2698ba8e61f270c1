"""Keywords, captions and languages: what photos should hold, and the person's own words.
What a person decided about words may come in; what is only suggested may not.
"""
