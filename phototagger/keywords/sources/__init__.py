"""One module for each thing that tells keywords: everyday head, faces, activities, dates, places, texts, folders.
A new source of keywords may come in.
"""
