"""All photo decoding: from files of any photo format to upright RGB pixels, facts and thumbnails.
At the root is the way in; what one format needs belongs in ``formats``, what all share in ``opening``.
"""

from phototagger.imaging.decode import PillowDecoder

__all__ = ["PillowDecoder"]
