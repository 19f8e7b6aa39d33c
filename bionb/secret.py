"""Secrets that never show themselves, also not in a verbose traceback, which prints arguments and locals."""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NoReturn

from bionb.errors import UsageError


class Secret:
    """A token or password that is masked wherever it could be seen.

    Parameters
    ----------
    value : str or Secret
        White space around it is removed. A secret must be one line of printable ASCII, as HTTP headers demand.
    name : str
        What to call it in an error.
    sent : bool
        Whether it travels in a header; what stays here, such as a path, may hold any letters.

    Examples
    --------
    >>> Secret("sandbox-alice")
    Secret(…)
    """

    __slots__ = ("_value",)

    def __init__(self, value: str | Secret, name: str = "token", *, sent: bool = True) -> None:
        self._value = ""
        text = value.reveal() if isinstance(value, Secret) else str(value).strip()
        del value  # a verbose traceback shows arguments and locals
        if not text:
            text = ""
            raise UsageError(f"The {name} is empty: paste it again, without quotes.")
        if sent and not (text.isascii() and text.isprintable()):
            text = ""
            raise UsageError(
                f"The {name} holds a line end or another character that no {name} has: copy it again, alone."
            )
        self._value = text

    def reveal(self) -> str:
        """Return the secret itself; only authentication code should ask."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret(…{self._value[-4:]})" if len(self._value) >= 24 else "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not pickled: log in again in the other process.")


def sealed(values: dict[str, Any], *, sent: bool = True) -> dict[str, Any]:
    """Return readable values as secrets by the same names (None stays None), and empty the dict that held them.

    With ``sent=False`` any letters pass: for when it is not known yet which of the values a header will hold.

    Raises
    ------
    UsageError
        One of them is no secret that can be sent; the dict is empty then, too.
    """
    found = {}
    try:
        for name in values:
            found[name] = None if values[name] is None else Secret(values[name], name, sent=sent)
    finally:
        values.clear()
    return found


def variable(name: str) -> str | None:
    """Return an environment variable without white space around it, None if it is not set or blank."""
    return os.environ.get(name, "").strip() or None


# -- what is shown --------------------------------------------------------------------------------------------------

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SECRET = frozenset(
    ("password", "passwords", "passwd", "passphrase", "pwd", "secret", "secrets", "token", "tokens")
    + ("credential", "credentials", "authorization", "cookie", "apikey", "apikeys", "signature", "sig")
)
_JOINED = ("password", "passwd", "passphrase", "apikey")  # also within a word, as in "ftppassword"
# "key" alone says little: a library has one, and so has a table.
_OPEN_KEYS = frozenset(
    ("library", "lib", "tf", "barcode", "sort", "primary", "foreign", "public", "partition", "index", "group", "ave")
    + ("average", "mean", "peak", "signal", "counts", "adapter", "fragment", "sequence", "template", "name")
)
_KEY_OF = frozenset(("api", "access", "private", "secret", "auth", "ssh", "encryption"))
_PLAIN_SECRET = frozenset(
    ("password", "passwd", "passphrase", "secret", "token", "credential", "credentials", "apikey")
)
_OPEN_TOKENS = frozenset(("page", "continuation", "next", "previous", "cursor", "count", "start", "sync"))
_USER = re.compile(r"(://)[^/@\s?#]+@")
_RUN = re.compile(r"[A-Za-z0-9+/_=~-]{16,}")
_PARAMETER = re.compile(r"([?&;])([^=&;?#\s]+)=([^&;#\s]+)")


class Hidden(str):
    """What stands in place of a credential where a request or a record is shown.

    Attributes
    ----------
    variable : str
        The name of the variable that stands for it in a call as Python or for a shell.
    """

    variable: str

    def __new__(cls, name: str = "secret") -> Hidden:
        """Return the mark for a value of this name."""
        made = super().__new__(cls, "…")
        made.variable = re.sub(r"\W+", "_", name.lower()).strip("_") or "secret"
        return made

    def __repr__(self) -> str:
        return self.variable

    def __reduce__(self) -> Any:
        return Hidden, (self.variable,)


@lru_cache(maxsize=4096)
def names_secret(name: str) -> bool:
    """Tell whether a field of this name holds a credential: the one rule for all that is shown.

    Examples
    --------
    >>> [names_secret(name) for name in ("secret_access_key", "apikey_local", "ftppassword", "libraryKey", "keyboard")]
    [True, True, True, False, False]
    """
    words = [each.lower() for each in _WORDS.findall(name)]
    if any(each in ("token", "tokens") for each in words) and _OPEN_TOKENS & set(words):
        return False
    if _SECRET & set(words) or words[-1:] == ["pass"] or any(part in word for word in words for part in _JOINED):
        return True
    return bool({"key", "keys"} & set(words)) and not _OPEN_KEYS & set(words)


@lru_cache(maxsize=4096)
def hides_column(name: str) -> bool:
    """Tell whether a column of this name is hidden in a table.

    Tables also hold what scientists call a key or a signature, so the rule is narrower than `names_secret`.

    Examples
    --------
    >>> [hides_column(name) for name in ("apikey_local", "service.credentials.id", "Sample key", "Gene signature")]
    [True, True, False, False]
    """
    words = {each.lower() for each in _WORDS.findall(name)}
    if words & {"key", "keys"} and not words & _KEY_OF and not words & _PLAIN_SECRET:
        return any(part in word for word in words for part in _JOINED)
    return names_secret(name) and not (words & {"signature", "sig"} and not words & _PLAIN_SECRET)


def masked(value: Any, name: str = "") -> Any:
    """Return a body, a record or a query with a `Hidden` in place of every credential in it.

    Credentials are what a field holds whose name says so (`names_secret`), and what a link carries in its query or
    before its host.

    Examples
    --------
    >>> masked({"bucket": "b", "credentials": {"access_key_id": "A", "secret_access_key": "S"}})
    {'bucket': 'b', 'credentials': {'access_key_id': access_key_id, 'secret_access_key': secret_access_key}}
    """
    if isinstance(value, Mapping):
        named = value.get("name", value.get("setting_name"))
        told = named if isinstance(named, str) and names_secret(named) else ""
        return {key: masked(each, _meant(str(key), name, told)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked(each, name) for each in value]
    if name and value not in (None, "") and not isinstance(value, bool):
        return Hidden(name)
    return link_masked(value) if isinstance(value, str) and "://" in value else value


def _meant(key: str, above: str, told: str) -> str:
    """Return the name of the secret that a field holds, empty if it holds none."""
    if names_secret(key) or above:
        return key
    return told if key == "value" else ""


MASK = "(hidden)"
_BASES = re.compile(r"[ACGTN]{1,60}")


def concealed(value: Any) -> Any:
    """Return what a record shows of a credential; numbers and flags about one are none, nor is a run of bases.

    Examples
    --------
    >>> concealed("hunter2"), concealed({"id": "A7", "uses": 3}), concealed(True), concealed("TCAG")
    ('(hidden)', {'id': '(hidden)', 'uses': 3}, True, 'TCAG')
    """
    if isinstance(value, dict):
        return {key: concealed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [concealed(each) for each in value]
    plain = not value or isinstance(value, bool | int | float) or _BASES.fullmatch(str(value))
    return value if plain else MASK


def conceal(record: dict[str, Any]) -> dict[str, Any]:
    """Conceal the credentials in a record of a server, as no table shows them either; the record itself is changed.

    Examples
    --------
    >>> conceal({"service": {"secret_access_key": "x"}, "settings": [{"name": "password", "value": "y"}]})
    {'service': {'secret_access_key': '(hidden)'}, 'settings': [{'name': 'password', 'value': '(hidden)'}]}
    """
    for name in _hidden_names(tuple(record)):
        record[name] = concealed(record[name])
    for value in record.values():  # long listings pass here
        kind = type(value)
        if kind is dict:
            conceal(value)
        elif kind is list:
            _conceal_in(value)
    if "value" in record and hides_column(str(record.get("name", record.get("setting_name", "")))):
        record["value"] = concealed(record["value"])
    return record


def _conceal_in(values: list[Any]) -> None:
    for each in values:
        kind = type(each)
        if kind is dict:
            conceal(each)
        elif kind is list:
            _conceal_in(each)


@lru_cache(maxsize=4096)
def _hidden_names(names: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return which of a record's names stand for credentials."""
    return tuple(name for name in names if hides_column(str(name)))


def link_masked(text: str) -> str:
    """Return a text in which no link shows a password or a signature."""
    text = _USER.sub(r"\1…@", text)
    return _PARAMETER.sub(lambda found: f"{found[1]}{found[2]}=…" if names_secret(found[2]) else found[0], text)


def shown(value: Any, length: int = 60) -> str:
    """Return how an error shows what somebody passed: shortened, and "…" in place of what looks like a token.

    Examples
    --------
    >>> shown("sodra"), shown("ab12" * 8), shown(5)
    ("'sodra'", "'…'", '5')
    """
    if isinstance(value, str):
        return repr(_RUN.sub(lambda run: "…" if _run_is_secret(run[0]) else run[0], link_masked(value))[:length])
    text = repr(value)
    if len(text) > length or not text.isprintable() or " at 0x" in text or looks_secret(text):
        return f"a value of type {type(value).__name__}"
    return text


def looks_secret(text: str) -> bool:
    """Tell whether a text holds what may be a token: a long run of letters and digits, as no name or address has."""
    return any(map(_run_is_secret, _RUN.findall(text)))


def _run_is_secret(run: str) -> bool:
    letters, digits = sum(map(str.isalpha, run)), sum(map(str.isdigit, run))
    if "/" in run and not digits:
        return False
    return len(run) >= 40 or (letters > 0 and digits > 2) or (len(run) >= 20 and not re.search("[-_/]", run))
