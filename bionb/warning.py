"""Warnings that point at the line of the person who called, however deep inside the package they arise."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

from bionb.wording import one_line

_HERE = str(Path(__file__).parent)


def warn(message: str, category: type[Warning]) -> None:
    """Give a warning, as one plain line, on the line outside of this package that led to it."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
        level, frame = level + 1, frame.f_back
    warnings.warn(one_line(message), category, stacklevel=level + 1)
