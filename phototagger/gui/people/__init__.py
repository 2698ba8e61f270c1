"""People in the window: groups of faces, names, crops.
What shows faces or persons may come in.
"""
