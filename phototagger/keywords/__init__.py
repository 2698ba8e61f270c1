"""From what is known of a photo to keywords worth a person's look. Pure: no catalog, no photo is opened.
Sources of keywords, their scores and the keyword tree may come in.
"""
