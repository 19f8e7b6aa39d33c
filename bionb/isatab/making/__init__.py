"""Sets made from a table of samples and a template."""

from bionb.isatab.making.set import new_isatab
from bionb.isatab.making.template import isatab_templates

__all__ = ["isatab_templates", "new_isatab"]
