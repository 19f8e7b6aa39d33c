"""The server's values as they are meant: big integers, times, statuses, thumbnails, secrets.

Torrent Suite sends integers above 32 bits as text, writes the milliseconds of a time into the place of the
microseconds, and keeps passwords in the settings of some plugins and instruments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bionb.secret import concealed, names_secret

THUMBNAIL_WELLS = 960_000

_BIG = re.compile(
    r"q\d+_(mapped_)?bases|total_mapped_reads|total_mapped_target_bases|genomesize|size|inodes", re.IGNORECASE
)
_PERSONAL = re.compile(r"^e-?mail$", re.IGNORECASE)
_ERROR = re.compile(r"\berror|CoreDump|Failed to contact|MissingFile|No Live Beads|Separator Abort", re.IGNORECASE)
_OTHER = ("importing", "moved", "pgm operation error", "pending", "terminated")
_PROGRESS = re.compile(
    r"Alignment|Base ?Call|Beadfind|Create |Recalibration|Merg(e|ing) |Process |Processing|Started$", re.IGNORECASE
)


def clean(value: Any) -> Any:
    """Return a record with integers as integers, times right to the millisecond, and secrets hidden.

    Examples
    --------
    >>> clean({"q0_bases": "8055445299", "timeStamp": "2019-10-04T02:55:43.000359+00:00", "apikey": "abc"})
    {'q0_bases': 8055445299, 'timeStamp': '2019-10-04T02:55:43.359000+00:00', 'apikey': '(hidden)'}
    """
    if isinstance(value, list):
        return [clean(each) for each in value]
    if not isinstance(value, dict):
        return _time(value) if isinstance(value, str) else value
    # Long listings pass here: only what needs it is touched, and the names of a record are looked at once.
    found = dict(value)
    for key, each in value.items():
        kind = type(each)
        if kind is str:
            if len(each) == 32:
                found[key] = _time(each)
        elif kind is dict or kind is list:
            found[key] = clean(each)
    for key, meaning in _special(tuple(value)):
        found[key] = _as_meant(value[key], meaning)
    if "value" in value and isinstance(value.get("name"), str) and names_secret(value["name"]):
        found["value"] = _as_meant(value["value"], "secret")
    return found


def _time(text: str) -> str:
    """Return a time with its milliseconds in their place, and any other text as it is."""
    if len(text) == 32 and text[19:23] == ".000" and text.endswith("+00:00"):
        return f"{text[:20]}{text[23:26]}000+00:00"
    return text


def _as_meant(value: Any, meaning: str) -> Any:
    if meaning == "secret":
        return concealed(value)
    try:
        return int(value) if isinstance(value, str) else value
    except ValueError:
        return value


@lru_cache(maxsize=1024)
def _special(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return which of a record's names stand for secrets or big integers."""
    return tuple((name, kind) for name in names if (kind := _kind(name)))


def _kind(key: str) -> str:
    if names_secret(key) or _PERSONAL.match(key):
        return "secret"
    return "big" if _BIG.fullmatch(key) else ""


def state_of(report: Mapping[str, Any]) -> str:
    """Return the class of a report's status.

    Returns
    -------
    str
        ``"Completed"``, ``"Progress"``, ``"Error"``, ``"Other"``, or ``"Unknown"`` for a status that neither the
        server nor this version knows, such as ``Importing Failed``.
    """
    told = report.get("status_display") or _translated(report.get("i18nstatus"))
    return told or _guess(str(report.get("status") or ""))


def _translated(status: Any) -> str:
    """Read ``i18nstatus``: an unknown status is nested under its own name."""
    if not isinstance(status, dict):
        return ""
    if "state" not in status and len(status) == 1:
        status = next(iter(status.values()))
    return str(status.get("state") or "") if isinstance(status, dict) else ""


def _guess(status: str) -> str:
    """Class a status of servers before 5.12, which do not."""
    text = status.strip()
    if text.lower().startswith("completed"):
        return "Error" if "error" in text.lower() else "Completed"
    if text.lower() in _OTHER:
        return "Other"
    if _ERROR.search(text):
        return "Error"
    return "Progress" if _PROGRESS.search(text) else "Unknown"


def is_thumbnail(report: Mapping[str, Any]) -> bool:
    """Tell whether a report covers only the thumbnail, a small part of the chip that is analysed first.

    S5 and Proton runs have two reports, of the whole chip and of the thumbnail; adding both up would count wells twice.
    """
    if (report.get("metaData") or {}).get("thumb"):
        return True
    analysis = report.get("analysismetrics")
    if isinstance(analysis, dict) and (analysis.get("total_wells") or analysis.get("total")) == THUMBNAIL_WELLS:
        return True
    return bool(re.search(r"_(tn|thumb)$", str(report.get("resultsName") or "")))


def number_in(uri: Any) -> int | None:
    """Return the identifier at the end of a resource URI, None for anything else.

    Examples
    --------
    >>> number_in("/rundb/api/v1/experiment/91/")
    91
    """
    found = re.search(r"/(\d+)/$", uri) if isinstance(uri, str) else None
    return int(found.group(1)) if found else None


def serial(record: Mapping[str, Any]) -> int:
    """Return a record's number, by which the older one is known; 0 where the server gives it no number.

    Examples
    --------
    >>> serial({"id": "17"}), serial({"id": "seventeen"}), serial({})
    (17, 0, 0)
    """
    found = str(record.get("id"))
    return int(found) if found.isascii() and found.isdigit() else 0


def number(value: Any) -> float | None:
    """Return a figure to reckon with, None for what is none.

    Examples
    --------
    >>> number(81), number("81.5"), number("many"), number([81]), number(True)
    (81, 81.5, None, None, None)
    """
    if isinstance(value, int | float):
        return None if isinstance(value, bool) or not -1e300 < value < 1e300 else value
    try:
        return number(float(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def percent(part: Any, whole: Any) -> float | None:
    """Return a share in percent, None when it cannot be told.

    Examples
    --------
    >>> round(percent(2195, 2709), 2)
    81.03
    """
    part, whole = number(part), number(whole)
    return None if part is None or not whole else 100 * part / whole


def thresholds_of(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the quality thresholds of a plan by name.

    Examples
    --------
    >>> thresholds_of({"qcValues": [{"qcType": {"qcName": "Bead Loading (%)"}, "threshold": 30}, {"qcType": None}]})
    {'Bead Loading (%)': 30}
    """
    rows = plan.get("qcValues")
    found = {}
    for each in rows if isinstance(rows, list) else ():
        kind = each.get("qcType") if isinstance(each, Mapping) else None
        name = kind.get("qcName") if isinstance(kind, Mapping) else None
        if isinstance(name, str):
            found[name] = each.get("threshold")
    return found
