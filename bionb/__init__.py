"""Log in to a life-science data platform, browse it, and get every listing as a DataFrame.

The names below are all there is to import; each is loaded when first used, so that ``import bionb`` stays
instant.
"""

from __future__ import annotations

import importlib
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bionb.corpora import corpus
    from bionb.course import copy_notebooks
    from bionb.errors import BionbError, NotLoggedIn
    from bionb.isatab import ISATab, new_isatab, read_isatab
    from bionb.isatab.making import isatab_templates
    from bionb.platforms.typed import connect
    from bionb.registry import platforms
    from bionb.sandbox import start_sandbox
    from bionb.widgets.browser import browse
    from bionb.widgets.login import login
    from bionb.widgets.sheets.editor import edit

__version__ = "0.1.0"

_HOMES = {
    "BionbError": "bionb.errors",
    "ISATab": "bionb.isatab",
    "NotLoggedIn": "bionb.errors",
    "browse": "bionb.widgets",
    "connect": "bionb.connecting",
    "copy_notebooks": "bionb.course",
    "corpus": "bionb.corpora",
    "edit": "bionb.widgets",
    "isatab_templates": "bionb.isatab.making",
    "login": "bionb.widgets",
    "new_isatab": "bionb.isatab",
    "platforms": "bionb.registry",
    "read_isatab": "bionb.isatab",
    "start_sandbox": "bionb.sandbox",
}

__all__ = [
    "BionbError",
    "ISATab",
    "NotLoggedIn",
    "__version__",
    "browse",
    "connect",
    "copy_notebooks",
    "corpus",
    "edit",
    "isatab_templates",
    "login",
    "new_isatab",
    "platforms",
    "read_isatab",
    "start_sandbox",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'bionb' has no attribute {name!r}; it offers {', '.join(__all__)}")
    module = importlib.import_module(_HOMES[name])
    # The function shadows the sub-package of the same name (bionb.platforms), which Python binds on import.
    value = getattr(module, name)
    if isinstance(value, types.FunctionType):
        from bionb.arguments import checked

        value = checked(value)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
