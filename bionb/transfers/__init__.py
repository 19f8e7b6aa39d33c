"""Files, whole or not at all: a plan of many, one down in ranges, one up in parts, files written here.

Knows no platform. A platform says how the bytes of a file are asked for (`Remote`) or where they are put, and makes
transfers of them (`fetches`, `Send`); `carry_out` moves them. What is here proves that nothing is missing, mixed or
half written.
"""

from bionb.transfers.carrying import WORKERS, carry_out
from bionb.transfers.download import Remote, Saved, download
from bionb.transfers.names import target_of
from bionb.transfers.plan import Fetch, Send, Transfer, fetches, folder_of, sources_of
from bionb.transfers.sources import Answer, Opener, Watcher, linked
from bionb.transfers.upload import Part, Snapshot, confirm, part_size_of, send_parts, stored_whole
from bionb.transfers.writing import write_file, write_files

__all__ = [
    "WORKERS",
    "Answer",
    "Fetch",
    "Opener",
    "Part",
    "Remote",
    "Saved",
    "Send",
    "Snapshot",
    "Transfer",
    "Watcher",
    "carry_out",
    "confirm",
    "download",
    "fetches",
    "folder_of",
    "linked",
    "part_size_of",
    "send_parts",
    "sources_of",
    "stored_whole",
    "target_of",
    "write_file",
    "write_files",
]
