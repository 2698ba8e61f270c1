"""The tree of keywords: the program's words, their names in other languages, lists in and out.
What is a word's place or name may come in; how likely it is on a photo may not.
"""
