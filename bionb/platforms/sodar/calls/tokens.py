"""API tokens of SODAR, made with a password."""

from __future__ import annotations

from bionb.errors import NotFound, ServerFailed, UsageError
from bionb.http.answers import parse_json, unexpected
from bionb.http.auth import BasicAuth
from bionb.platforms.sodar.calls.calls import Calls
from bionb.platforms.sodar.wire.problems import WEB_PAGE, read_problem
from bionb.platforms.sodar.wire.records import Record
from bionb.secret import Secret, sealed


class Tokens(Calls):
    """Calls on tokens; a part of `SodarClient`."""

    def create_token(
        self, username: str, password: str, *, expiry: int = 0, label: str | None = None, delete_others: bool = False
    ) -> Record:
        """Make a new API token, which DELETES ALL OTHER tokens of the user.

        Parameters
        ----------
        username, password : str
            The account's; sent once and not kept.
        expiry : int
            Hours until the token ends; 0 for never.
        label : str, optional
            Shown in SODAR's list of tokens; at most 256 characters.
        delete_others : bool
            Must be True: scripts that use the user's other tokens stop working.

        Returns
        -------
        dict
            ``token`` (a `Secret`, to pass on to ``connect``), ``expiry``, ``delete_count`` (tokens that were deleted),
            ``sodar_label``, ``user_uuid``.

        Raises
        ------
        UsageError
            `delete_others` is not True, or `expiry` is in the past; nothing was sent.
        AuthenticationFailed, NotFound, ServerFailed
            Wrong name or password; a server too old to make tokens by API (404, or a web page with 500).

        Notes
        -----
        ``POST /tokens/api/login`` (SODAR Core 1.3 or newer).

        Examples
        --------
        >>> dave = shared_sandbox().credentials("sodar", "dave", fields=("username", "password"))
        >>> made = sodar.create_token(**dave, expiry=24, delete_others=True)
        >>> made["delete_count"], made["token"]
        (1, Secret(…))
        """
        given = {"username": username, "password": password}
        username = password = ""
        account = sealed(given)
        if None in account.values():
            raise UsageError("A token is made with the user's name and password: give both.")
        if expiry < 0:
            raise UsageError(f"expiry is the number of hours until the token ends, or 0 for never; not {expiry}.")
        if label is not None and (not isinstance(label, str) or len(label) > 256):
            raise UsageError(f"A label is a text of at most 256 characters, unlike {str(label)[:40]!r}.")
        if not delete_others:
            raise UsageError(
                "Making a token by API deletes all other tokens of the user. If that is wanted, pass "
                "delete_others=True; else make one in SODAR's app “API Tokens”, which keeps the others."
            )
        options = {**({"expiry": expiry} if expiry else {}), **({} if label is None else {"sodar_label": label})}
        what = "make a token"
        session = self.session.beside(
            self.session.url, BasicAuth(**account), label=self.session.label, read_problem=read_problem
        )
        try:
            response = session.request(
                "POST",
                "tokens/api/login",
                json=options,
                headers={"Accept": self.api.accept("tokens")},
                what=what,
            )
            found: Record = parse_json(response, session.label, what)
            token = Secret(found["token"])
        except (NotFound, ServerFailed) as error:
            if error.status == 404 or error.code == WEB_PAGE:
                error.retell(
                    "This SODAR server is too old to make tokens by API, or crashed.", "Use its app “API Tokens”."
                )
            raise
        except (KeyError, TypeError) as error:
            raise unexpected(session.label, what, error) from None
        finally:
            session.close()
        return {**found, "token": token}
