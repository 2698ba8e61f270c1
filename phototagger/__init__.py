"""Keywords, people and boxes for your photos, found locally and written into their own metadata."""

__version__ = "0.1.0"
