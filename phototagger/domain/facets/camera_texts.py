"""What cameras, phones and converters write into caption fields by themselves. It says nothing about the photo."""

from __future__ import annotations

import re

# Each maker writes one text into every photo. Words that a person might use for a caption are not among them.
_TEXTS = frozenset(
    {
        *("olympus digital camera", "minolta digital camera", "konica minolta digital camera", "sony dsc"),
        *(
            "samsung digital camera",
            "samsung camera pictures",
            "pentax digital camera",
            "digital still camera",
        ),
        *(
            "casio digital camera",
            "kodak digital still camera",
            "benq digital camera",
            "medion digital camera",
        ),
        *("exif_jpeg_picture", "exif jpeg", "user comments", "my beautiful picture", "binary comment"),
        *("charset=ascii", "applemark", "lead technologies inc. v1.01", "created with gimp", "default"),
    }
)
# Huawei's and Honor's names for the way a photo was taken: in small letters only.
_MODES = re.compile(
    r"sdr|hdrpl|rhdr|vhdr|edf|btf|btfmdn|dav|nor|oz\w{0,8}|cof|ptr\w{0,6}|ptf\w{0,4}|mde|fbt|fptbty|srcr"
)
_PATTERNS = (
    re.compile(r"dcim[\\/].*"),  # DJI, GoPro: DCIM\100MEDIA\DJI_0001.JPG
    re.compile(
        r"(img|_?dscn?|dscf|pict|mvc|p|pxl|sam|dji|gopr|imgp)[-_]?\d[\d_]{3,}(\.\w{3,4})?"
    ),  # its own name
    re.compile(r"<[^<>]*/[^<>]*>"),  # <Digimax S500 / Kenox S500 / Digimax Cyber 530>
    re.compile(r"[?\s.\-_]*"),
)


def is_camera_text(text: str) -> bool:
    """Whether a caption is empty or such a text."""
    plain = " ".join(text.replace("\0", " ").split())
    folded = plain.casefold()
    return (
        folded in _TEXTS
        or _MODES.fullmatch(plain) is not None
        or any(pattern.fullmatch(folded) for pattern in _PATTERNS)
    )
