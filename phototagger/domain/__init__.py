"""The records and rules that every other room speaks in: plain, frozen, without files or libraries.
What is true of photos, boxes and words as such may come in; what opens a file or asks a library may not.
"""
