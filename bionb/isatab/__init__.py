"""ISA-Tab and DataFrames: lossless, fast, and safe to edit."""

from bionb.isatab.dataset import ISATab, new_isatab, read_isatab
from bionb.isatab.model.table import Table

__all__ = ["ISATab", "Table", "new_isatab", "read_isatab"]
