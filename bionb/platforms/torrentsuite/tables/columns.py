"""Columns of the tables of a run report, and how the server names what is in them."""

from __future__ import annotations

from bionb.frames import COUNT, FLAG, NUMBER, TIME, columns
from bionb.platforms.torrentsuite.tables.rows import FIGURES

SUMMARY_COLUMNS = (
    columns("report resultsName status state", thumbnail=FLAG, timeStamp=TIME)
    + FIGURES
    + columns(median_read_length=COUNT, mode_read_length=COUNT, max_read_length=COUNT, q20_percent=NUMBER)
    + columns(mean_coverage=NUMBER, carry_forward_percent=NUMBER, incomplete_extension_percent=NUMBER)
    + columns(droop_percent=NUMBER)
)
LOADING_COLUMNS = columns("stage", wells=COUNT) + columns("of", percent=NUMBER)
ALIGNMENT_COLUMNS = columns("quality", reads=COUNT, bases=COUNT, mean_length=NUMBER, longest=COUNT, coverage=NUMBER)
SURVIVAL_COLUMNS = columns("quality", length=COUNT, reads=COUNT, percent=NUMBER)
FRAGMENT_COLUMNS = columns("name", length=COUNT, reads=COUNT, key_signal=NUMBER) + columns(
    aq17_50_percent=NUMBER, aq17_100_percent=NUMBER, mean_aq17_length=NUMBER
)
PLUGIN_COLUMNS = columns("plugin version state", started=TIME, ended=TIME, minutes=NUMBER, size=COUNT)
THRESHOLD_COLUMNS = columns("check", value=NUMBER, threshold=NUMBER, passed=FLAG)
BARCODE_COLUMNS = columns("barcode sample", reads=COUNT, bases=COUNT, mean_read_length=NUMBER, percent=NUMBER)

QUALITIES = (7, 10, 17, 20, 47)
CHECKS = {
    "Bead Loading (%)": "loading_percent",
    "Key Signal (1-100)": "key_signal",
    "Usable Sequence (%)": "usable_percent",
}
NOT_TOLD = (
    "polyclonal, low-quality and primer-dimer reads one by one: the API gives only their sum, as 'filtered'",
    "the read-length histogram: the API gives mean, median, mode and longest",
    "the picture of the chip's density",
)
# Columns of the server's barcode summary, whose names differ between its versions.
BARCODE_NAMES = {
    "barcode": r"barcode.?name|id|barcode",
    "sample": r"sample(.?name)?",
    "reads": r"total.?reads|total number of reads|reads",
    "bases": r"total.?bases|filtered mapped bases in q7 alignments|bases|output",
    "mean_read_length": r"mean.?read.?length.*",
}

STAGES = {
    "addressable": "adjusted_addressable", "bead": "bead", "live": "live", "library": "lib", "test fragment": "tf",
    "usable library": "libFinal",
}  # fmt: skip
PARENTS = {
    "addressable": "", "bead": "addressable", "live": "bead", "library": "live", "test fragment": "live",
    "usable library": "library",
}  # fmt: skip
ALIGNED = {
    "alignments": "reads",
    "mapped_bases": "bases",
    "mean_alignment_length": "mean_length",
    "longest_alignment": "longest",
}
PLUGIN = {
    "pluginName": "plugin", "pluginVersion": "version", "state": "state", "starttime": "started", "endtime": "ended",
    "minutes": "minutes", "size": "size",
}  # fmt: skip
