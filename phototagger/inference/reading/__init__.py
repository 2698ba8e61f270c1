"""From pixels to findings: crops, boxes, faces, text.
What goes into a network and what its numbers mean may come in.
"""
