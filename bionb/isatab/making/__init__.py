"""Sets made from a table of samples and a template, and sets that grow."""

from bionb.isatab.making.template import isatab_templates

__all__ = ["isatab_templates"]
