"""Which files are ISA-Tab, by their names."""

from __future__ import annotations

from pathlib import PurePosixPath


def is_isatab(name: str) -> bool:
    """Tell ISA-Tab files (``i_``, ``s_``, ``a_`` and MetaboLights' ``m_``) by their names."""
    base = PurePosixPath(name).name.lower()
    return base[:2] in ("i_", "s_", "a_", "m_") and base.endswith((".txt", ".tsv"))


def is_investigation(name: str) -> bool:
    """Tell investigation files by their names."""
    return PurePosixPath(name).name.lower().startswith("i_")
