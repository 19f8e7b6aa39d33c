"""Files, whole or not at all: one file down, one file up in parts, files written here.

Knows no platform. A platform says how the bytes of a file are asked for (`Remote`) or where a part is put; what is here
proves that nothing is missing, mixed or half written. A plan of many files stands on top: each of its rows is one call.
"""

from bionb.transfers.download import Remote, Saved, download
from bionb.transfers.names import target_of
from bionb.transfers.sources import Answer, linked
from bionb.transfers.upload import Part, Snapshot, part_size_of, send_parts, stored_whole
from bionb.transfers.writing import write_file, write_files

__all__ = [
    "Answer",
    "Part",
    "Remote",
    "Saved",
    "Snapshot",
    "download",
    "linked",
    "part_size_of",
    "send_parts",
    "stored_whole",
    "target_of",
    "write_file",
    "write_files",
]
