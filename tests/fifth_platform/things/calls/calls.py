"""What all groups of calls stand on."""

from bionb.session import SessionOwner


class Calls(SessionOwner):
    """The session, and what every group needs of it."""
