"""Times as the server writes them."""

from datetime import datetime


def stamp(at: datetime) -> str:
    """Return a time as the server writes it: the milliseconds in the place of the microseconds."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.000{at.microsecond // 1000:03d}+00:00"
