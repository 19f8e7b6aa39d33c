"""Why something failed, as the project's timeline tells it: more than the answer to the request does."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from bionb.errors import BionbError

if TYPE_CHECKING:
    from bionb.platforms.sodar.client import SodarClient

SAID = 160  # characters of the timeline's text that stand in a message


def add_reason(sodar: SodarClient, error: BionbError, project: str, event: str, thing: str = "") -> None:
    """Add to an error what the timeline says of the latest such event, if that failed and says more.

    Parameters
    ----------
    sodar : SodarClient
        Who asks; old servers and roles without a view of the timeline leave the error as it is.
    error : BionbError
        What came of the request.
    project : str
        UUID.
    event : str
        How the names of the events begin: ``"sheet_"``.
    thing : str
        UUID of what the event has to be about.
    """
    with suppress(BionbError):
        told = next((each for each in sodar.timeline(project).first(20) if _is_of(each, event, thing)), None)
        if told is not None and told["status"] == "FAILED":
            text, known = told["status_text"], str(getattr(error, "detail", "")) or str(error)
            if text and known not in text and text not in known:
                text = shorten(text, SAID, placeholder=" …")
                error.advise(f"The timeline says: {text.rstrip('.')}.")


def _is_of(event: Mapping[str, Any], name: str, thing: str) -> bool:
    about = [each.get("object_uuid") for each in event.get("event_objects") or ()]
    return str(event["event_name"]).startswith(name) and (not thing or thing in about)
