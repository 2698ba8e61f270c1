"""All photo decoding: from files of any photo format to upright RGB pixels, facts and thumbnails."""

from phototagger.imaging.decode import PillowDecoder

__all__ = ["PillowDecoder"]
