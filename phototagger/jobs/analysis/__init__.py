"""Scanning folders and analysing photos: what is found, read, and suggested.
Jobs that look at photos may come in; none of them changes one.
"""
