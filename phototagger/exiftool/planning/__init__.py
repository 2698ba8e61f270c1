"""Into which files a photo's words go, and the plan for each, given what the files say.
What needs both the files and the pure rules of ``plan`` may come in.
"""
