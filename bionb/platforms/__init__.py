"""The platforms: one folder each; called as ``bionb.platforms()``, it tells their names."""

from __future__ import annotations

import sys
from types import ModuleType

from bionb.registry import platforms


class _CallableModule(ModuleType):
    """Importing this package binds ``bionb.platforms`` to it; the public function of that name must go on working."""

    def __call__(self) -> tuple[str, ...]:
        return platforms()


sys.modules[__name__].__class__ = _CallableModule
