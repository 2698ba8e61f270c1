"""What a step of the history can change, one module a subject: how undo and redo set it, and which photos see it.
A new subject comes in as a module of its own, named in ``subjects``; what makes and applies steps is ``history``.
"""
