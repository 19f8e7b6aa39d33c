"""The matrix: every public method of every client, against every odd answer and every fault.

Methods are found by themselves. Allowed are a result of the form that a good answer gives, a warning, and a
`BionbError` of one line that names the next step. The good exchange of each method is written down once on its sandbox;
then each oddity comes in the place of all answers, and in the place of one, from there on.
"""

import inspect
import logging
import pickle
import re
import sys
import warnings

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import bionb
from bionb.errors import BionbError
from bionb.http import receiving
from bionb.isatab import ISATab
from bionb.listing import Listing
from bionb.protocol import Nodes
from bionb.registry import platform_card
from tests.conftest import TestClock
from tests.matrix.oddities import FAULTS, ODD
from tests.matrix.wire import Endless, Wire
from tests.platforms.arguments import arguments_of

CASES = {**ODD, **FAULTS}
PLATFORMS = bionb.platforms()
VERBS = (
    "add ask be call change check choose connect copy correct create edit export give import install leave list log"
    " look make mend name pass point put read refresh remove rename render run say see send set start takes tell try"
    " use wait write"
)
BEGIN = r"(^|[.:;,)] |\b(and|or|so|then|which) )"
STEP = re.compile(rf"{BEGIN}({'|'.join(VERBS.split())})(\b|_\w+\()|\b(is|if) .*[?:.]$", re.IGNORECASE)
RAW = ("call", "request")  # give whatever JSON there is
BARE = ("update_metadata",)  # a record that may be empty
FIELDS = ("detail", "summary", "more_info", "code")


class PatientClock(TestClock):
    """A clock that ends what waits for ever."""

    def __init__(self):
        super().__init__()
        self._slept, self._times = 0.0, 0

    def now(self):
        return self._begun[0] + self._slept

    def wall(self):
        return self._begun[1] + self._slept

    def sleep(self, seconds):
        self._slept += max(0.0, seconds)
        self._times += 1
        if self._times > 3_000:
            raise Endless("3,000 pauses and no end")


def methods(platform):
    """Return the public methods of a client by name."""
    found = inspect.getmembers(platform_card(platform).load_client(), inspect.isfunction)
    return {name: function for name, function in found if not name.startswith("_")}


def use(found, drawn):
    """Look at a result as a notebook does; figures, which take long, only if `drawn`."""
    if isinstance(found, Nodes):
        return [(each.kind, each.id, each.title) for each in found.first(3)]
    if isinstance(found, Listing):
        return len(found), list(found), repr(found), found._repr_html_() if drawn else "", found.to_frame()
    if isinstance(found, ISATab):
        return found.investigations, found.check()
    if isinstance(found, pd.DataFrame) or not type(found).__module__.startswith("bionb"):
        return repr(found) if not isinstance(found, pd.DataFrame) else found
    for name, each in inspect.getmembers(type(found)):
        if isinstance(each, property) and not name.startswith("_") and name != "accession":
            getattr(found, name)
    if hasattr(found, "to_frame"):
        found.to_frame()
    if hasattr(found, "plot") and drawn:
        found.plot()
        plt.close("all")
    return repr(found)


def faults_of(error, secrets):
    """Return what is wrong with an error, by the promises that all errors keep."""
    text, found = str(error), []
    if "\n" in text or "\x1b" in text:
        found.append("not one plain line")
    if not STEP.search(text):
        found.append("no next step")
    shown = text + "".join(repr(getattr(error, name, "")) for name in FIELDS)
    if any(secret in shown or secret.encode() in pickle.dumps(error) for secret in secrets):
        found.append("shows a secret")
    each, seen = error, []
    while each is not None and not any(each is known for known in seen):
        seen.append(each)
        if getattr(each, "request", None) is not None:
            found.append("holds the request")
        each = each.__cause__ or each.__context__
    return found


def alike(found, good):
    """Tell whether a result is of the form of a good one; a record is never an empty one."""
    return type(found) is type(good) and (not isinstance(good, dict) or bool(found) or not good)


class Matrix:
    """The methods of one platform's client.

    Parameters
    ----------
    platform : str
        Its name.
    sandbox : Sandbox
        Its running sandbox.
    patch : pytest.MonkeyPatch
        For the clock and the network.
    """

    def __init__(self, platform, sandbox, patch, folder):
        self.platform, self.sandbox, self.folder = platform, sandbox, folder
        self.credentials = sandbox.credentials(platform)
        card = platform_card(platform)
        self.secrets = [
            self.credentials[each.name] for each in card.login_fields if each.secret and each.name in self.credentials
        ]
        self.calls, self.bad, self._patch = 0, [], patch

    def meets(self, method, function):
        """Let one method meet everything."""
        sandbox = self.sandbox.reset()
        with self._client() as client:
            given = arguments_of(self.platform, method, function, client)
        wire = Wire()
        self._patch.setattr(
            receiving.TimedAdapter,
            "send",
            lambda adapter, request, **options: wire.answer(adapter, request, **options),
            raising=False,
        )
        before = set(self.folder.iterdir())
        good = self._outcome(method, given)
        self._clear(before)
        assert sandbox is not None
        if isinstance(good, Exception) and not isinstance(good, BionbError):
            self.bad.append(f"{method}: {good!r}")
        places = sorted(set(wire.order)) if len(wire.order) > 1 else []
        for name, odd in CASES.items():
            for at in (None, *places) if wire.order else ():
                wire.begin(odd, at)
                where = f"{method} / {name}{'' if at is None else f' from {at[0]} {at[1]} on'}"
                self._judge(method, where, good, self._outcome(method, given, name in ODD and at is None))
                self._clear(before)
        self._patch.delattr(receiving.TimedAdapter, "send")

    def _client(self):
        return bionb.connect(self.platform, self.sandbox.url(self.platform), workers=2, **self.credentials)

    def _clear(self, before):
        for each in set(self.folder.iterdir()) - before:
            each.unlink() if each.is_file() else None

    def _outcome(self, method, given, drawn=True):
        """Return the result of a call, or its error."""
        clock = PatientClock()
        for name, module in list(sys.modules.items()):
            if name.startswith("bionb.") and "CLOCK" in vars(module):
                self._patch.setattr(module, "CLOCK", clock)
        positional, keyword = given
        self.calls += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                with self._client() as client:
                    found = getattr(client, method)(*positional, **keyword)
                    use(found, drawn)
                    return found
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
                return error
            except Endless as error:
                return error

    def _judge(self, method, where, good, found):
        if isinstance(found, BionbError):
            self.bad += [f"{where}: {fault}: {found}" for fault in faults_of(found, self.secrets)]
        elif isinstance(found, BaseException):
            self.bad.append(f"{where}: {found!r:.300}")
        elif (
            method not in RAW and not isinstance(good, BionbError) and not alike(found, {} if method in BARE else good)
        ):
            self.bad.append(f"{where}: {type(found).__name__} in place of {type(good).__name__}: {found!r:.100}")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_method_meets_every_oddity(platform, monkeypatch, tmp_path, say):
    """Nothing lost in silence, no bare Python error, whatever a server answers."""
    monkeypatch.setenv(receiving.BOUND, "2")
    monkeypatch.setenv("TQDM_DISABLE", "1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logging.getLogger("bionb"), "disabled", True)
    found = methods(platform)
    with bionb.start_sandbox(platform) as sandbox:
        matrix = Matrix(platform, sandbox, monkeypatch, tmp_path)
        for method, function in found.items():
            matrix.meets(method, function)
    say(
        f"Matrix of {platform}: {len(found)} methods x {len(CASES)} answers "
        f"({len(ODD)} odd, {len(FAULTS)} faults), {matrix.calls:,} calls, {len(matrix.bad)} exceptions"
    )

    assert [] == matrix.bad, f"{len(matrix.bad)} exceptions:\n" + "\n".join(matrix.bad[:400])
