"""The parts of photo files outside XMP and IPTC, byte for byte, so that a copy can be compared with its photo.
A new container format may come in; no pixel is decoded here.
"""
