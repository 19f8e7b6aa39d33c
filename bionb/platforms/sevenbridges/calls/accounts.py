"""Accounts, the paths of the API, and the rate limit."""

from __future__ import annotations

from bionb.http.allowance import RateBudget
from bionb.listing import Listing
from bionb.paging.pages import Record
from bionb.platforms.sevenbridges.calls.calls import LIMIT, Calls, FieldsLike
from bionb.platforms.sevenbridges.wire.records import USERS


class Accounts(Calls):
    """Calls on ``/``, ``/user``, ``/users`` and ``/rate_limit``."""

    def paths(self) -> dict[str, str]:
        """Return all paths of the API: the one call that needs no token.

        Notes
        -----
        ``GET /`` (API overview, "Authentication").
        """
        return self._record("GET", "", what="list the paths", auth=False, needs=("user_url",))

    def user(self, username: str | None = None, fields: FieldsLike = None) -> Record:
        """Return an account, by default your own.

        Notes
        -----
        ``GET /user``, ``GET /users/{username}``.
        """
        if username is None:
            return self._get(USERS, "user", what="ask who I am", fields=fields)
        return self._get(USERS, f"users/{username}", what=f"get the user {username}", fields=fields)

    def users(self, division: str | None = None, role: str | None = None, limit: int = LIMIT) -> Listing:
        """List the users of a division (enterprise accounts only).

        Notes
        -----
        ``GET /users``; without a division the server answers 400, code 2105.
        """
        return self._listing(USERS, params={"division": division, "role": role}, limit=limit)

    def rate_limit(self) -> Record:
        """Return the rate limit; this call does not count.

        Returns
        -------
        dict
            ``rate``: ``limit`` and ``remaining`` requests, ``reset`` in Unix seconds (some environments send
            milliseconds); ``instance_limit``: the same for running instances, -1 for none.

        Notes
        -----
        ``GET /rate_limit`` (the API overview writes ``/rate``).
        """
        return self._record("GET", "rate_limit", what="ask for the rate limit", needs=("rate",))

    @property
    def budget(self) -> RateBudget | None:
        """What the latest answer said about the rate limit, None before the first; sends nothing."""
        return self.session.budget
