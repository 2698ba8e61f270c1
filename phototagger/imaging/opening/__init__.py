"""What every format shares when a photo is opened: its kind, its size and cost, EXIF facts, faults told in words.
What is true of one format only belongs in ``formats``.
"""
