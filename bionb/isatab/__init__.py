"""ISA-Tab and DataFrames: lossless, fast, and safe to edit."""

from bionb.isatab.dataset import ISATab
from bionb.isatab.model.table import Table
from bionb.isatab.reading import read_isatab

__all__ = ["ISATab", "Table", "read_isatab"]
