"""Stand-ins for other photos, as long as a catalog has few of its own to compare examples with.

Features that the classifier would give to photos of some hundred kinds, worked out from its weights by
``packaging/build_standins.py``. They compare with the features of that network alone.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from phototagger.domain.errors import ModelError
from phototagger.domain.sentences import said

if TYPE_CHECKING:
    from phototagger.keywords.examples.prototypes import Vectors

FOLDER = "standins"
STANDINS = 300  # with photos of the catalog's own: from so many on it needs none


@functools.lru_cache(maxsize=2)
def standins_for(vocabulary_folder: Path, network: str) -> Vectors | None:
    """(stand-ins, channels) features as float32, to a scale of their own each; None for a network without any.

    Raises ModelError for a damaged file.
    """
    path = vocabulary_folder / FOLDER / f"{network}.npy"
    try:
        packed = np.load(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError) as error:
        raise ModelError(
            said("{path} is damaged ({reason}). Install the program again.", path=path, reason=error)
        ) from error
    if packed.ndim != 2 or packed.dtype != np.uint8:
        raise ModelError(said("{path} is damaged. Install the program again.", path=path))
    return np.asarray(np.square(packed.astype(np.float32)), np.float32)
