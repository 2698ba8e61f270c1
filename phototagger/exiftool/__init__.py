"""All that talks to exiftool, and the one write path that changes photo files.
Nothing else may run exiftool or change a photo.
"""
