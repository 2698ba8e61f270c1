"""Child processes of ours and the signals that end programs: one supervisor, one way to hear of a signal.

Knows nothing of photos: who starts a child brings its own messages, and judges what a death means.
"""
