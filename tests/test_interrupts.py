"""Whatever point an interrupt hits, reading on gives exactly the records, in order, and no lock stays held."""

import contextlib
import json
import queue
import random
import signal
import sys
import threading
import time
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

import bionb
from bionb.crew import Crew
from bionb.frames import columns
from bionb.http.transport import Transport
from bionb.listing import Listing
from bionb.paging.chained import Chained
from bionb.paging.pages import Cursor, Offset, Page, Whole
from bionb.platforms.torrentsuite.wire.paging import all_records
from tests.interrupts import Interrupts

RECORDS = [{"id": f"t{number}", "n": number, "inner": {"a": number}} for number in range(7)]
SIZE = 3


def identity(record):
    return record["id"]


def answer(body, headers=()):
    """Return an answer of a server that was never asked."""
    found = requests.Response()
    found.status_code, found._content = 200, json.dumps(body).encode()
    found.headers.update({"Content-Type": "application/json", **dict(headers)})
    return found


# -- readers on their own ---------------------------------------------------------------------------------------------


def parsed_later(records, **told):
    """Return a page as a session gives it: parsed when first looked at, and again from its bytes."""
    body = json.dumps(records).encode()
    return Page.later(lambda: Page(json.loads(body), **told, body=body, parse=json.loads))


def whole(submit):
    def read(params, opens):
        start = (params["page"] - 1) * SIZE
        return parsed_later(RECORDS[start : start + SIZE], total=len(RECORDS), more=start + SIZE < len(RECORDS))

    return Whole(read, "page", identity)


def cursor(submit):
    def read(params, opens):
        start = params.get("cursor", 0)
        return parsed_later(RECORDS[start : start + SIZE], cursor=start + SIZE if start + SIZE < len(RECORDS) else None)

    return Cursor(read, key=identity)


def by_offset(params, opens, total=True):
    page = RECORDS[params["offset"] : params["offset"] + params["limit"]]
    return parsed_later(page, total=len(RECORDS) if total else None)


def offset(submit):
    return Offset(by_offset, SIZE, key=identity, submit=submit)


def offset_alone(submit):
    return Offset(by_offset, SIZE, key=identity)


def offset_without_total(submit):
    return Offset(lambda params, opens: by_offset(params, opens, False), SIZE, key=identity)


def moving(submit):
    """Read a listing that repeats a record, so that it is read twice."""
    calls = iter(range(1_000_000))

    def read(params, opens):
        late = next(calls) == 1
        start = params["offset"] - late
        return parsed_later(RECORDS[start : start + params["limit"]], total=len(RECORDS))

    return Offset(read, SIZE, key=identity)


def chained(submit):
    return Chained([cursor(submit), offset(submit)], identity)


READERS = (whole, cursor, offset, offset_alone, offset_without_total, moving, chained)


def of_reader(reader):
    crew = Crew(3)
    return SimpleNamespace(
        listing=Listing("things", lambda: reader(crew.submit), columns("id", n="Int64")), close=crew.dismiss
    )


# -- readers of the platforms, on a session without HTTP --------------------------------------------------------------


def served(call):
    """Answer as the four platforms page."""
    parts = urlsplit(call.prepared.url)
    asked = dict(parse_qsl(parts.query))
    if call.prepared.method == "POST":
        asked = json.loads(call.prepared.body)["page"]
    names = ("offset", "pageOffset", "cursor", "token")
    start = next((int(asked[name]) for name in names if name in asked), 0)
    if "page" in asked:
        start = (int(asked["page"]) - 1) * SIZE
    items = RECORDS[start : start + SIZE]
    more = start + SIZE < len(RECORDS)
    pagination = {"pagination": {"count": len(items), "total": len(RECORDS)}}
    if "/files" in parts.path and "/v2/" in parts.path:
        return answer({"items": items}, {"X-Total-Matching-Query": str(len(RECORDS))})
    if "/list" in parts.path and "/v2/" in parts.path:
        link = {"next": f"https://elsewhere/?token={start + SIZE}"} if more else {}
        return answer({"items": [{"location": each["id"]} for each in items], "links": [link]})
    if "/rundb/" in parts.path:
        return answer({"meta": {"total_count": len(RECORDS)}, "objects": items})
    if "/project/api/" in parts.path:
        kept = items if "page" in asked else RECORDS
        found = [{"sodar_uuid": each["id"], "title": "x", "type": "PROJECT", "roles": {}} for each in kept]
        if "page" not in asked:
            return answer(found)
        return answer({"results": found, "count": len(RECORDS), "next": "x" if more else None})
    if "/search/" in parts.path:
        content = [{"accession": each["id"]} for each in items]
        return answer({"objectsPage": {"content": content, "filteredCount": len(RECORDS)}, "filterOptionGroups": []})
    if "xrefsets" in parts.path:
        found = [{"xrefSetId": "GSF1", "sourceId": each["id"], "targetIds": []} for each in items]
        return answer({"result": found, **({"cursor": str(start + SIZE)} if more else {})})
    if "runs/by/group" in parts.path:
        return answer({"data": items, **({"cursor": str(start + SIZE)} if more else {})})
    return answer({"meta": pagination, "data": [{"genestack:accession": each["id"]} for each in items]})


LOGINS = {
    "sodar": {"token": "0" * 64},
    "sevenbridges": {"token": "0" * 32},
    "torrentsuite": {"username": "benchmark", "api_key": "0" * 40},
    "odm": {"token": "0" * 32},
}
LISTINGS = {
    "sodar": {"projects": lambda client: client.projects()},
    "sevenbridges": {
        "files": lambda client: client.files("alice/pilot", limit=SIZE),
        "volume objects": lambda client: client.volume_objects("alice/bucket"),
    },
    "torrentsuite": {
        "chips": lambda client: client.chips(limit=SIZE),
        "plan lookup": lambda client: Plain(lambda: all_records(client.session, "chip", {}, "look up chips")),
    },
    "odm": {
        "samples": lambda client: client.samples(limit=SIZE),
        "search": lambda client: client.search_studies(limit=SIZE),
        "entries": lambda client: client.mapping_entries(limit=SIZE),
        "pairs": lambda client: Plain(lambda: client._pairs("expression", "GSF1")),
        "runs": lambda client: client._runs("expression", "GSF1", False),
    },
}


class Plain:
    """What is no listing: a second call starts anew."""

    def __init__(self, read):
        self._read = read

    def __iter__(self):
        return iter(self._read())


def of_platform(platform, name):
    client = bionb.connect(platform, "http://127.0.0.1:9", **LOGINS[platform])
    return SimpleNamespace(listing=LISTINGS[platform][name](client), close=client.close)


# -- what a person does with a listing --------------------------------------------------------------------------------

USES = {
    "list": list,
    "len": lambda listing: (len(listing), list(listing)),
    "first": lambda listing: (listing.first(SIZE + 1), listing[-1]),
    "to_frame": lambda listing: listing.to_frame(),
    "pages": lambda listing: (next(listing.pages()), list(listing)),
}


def within(seconds, function):
    """Call a function in a thread of its own: a lock that stayed held shows itself as waiting without end."""
    found = []
    thread = threading.Thread(target=lambda: found.append(function()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert found, "a lock stayed held"
    return found[0]


def visit(make, use, in_order=list, stride=1):
    """Interrupt a use of a listing at every point, or at each of so many, and return how many there were."""
    made = make()
    expected = in_order(list(made.listing))
    made.close()
    made = make()
    with Interrupts() as counting:
        use(made.listing)
    made.close()
    visited = 0
    for at in range(0, counting.points, stride):
        made = make()
        injected = Interrupts(at)
        try:
            with injected:
                use(made.listing)
        except KeyboardInterrupt:
            visited += 1
        assert expected == in_order(within(20, lambda listing=made.listing: list(listing))), injected.where
        made.close()
    return visited


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_an_interrupt_at_any_point_loses_nothing(reader, say):
    """Position, page and marks are committed in one step: there is no moment between them."""
    # What a listing gave before it moved depends on when it moved, so that only there the order may be another.
    in_order = (lambda found: sorted(found, key=identity)) if reader is moving else list
    uses = {"list": list} if reader in (moving, chained) else USES
    visited = {name: visit(lambda: of_reader(reader), use, in_order) for name, use in uses.items()}

    say(f"interrupts, {reader.__name__}: {sum(visited.values())} points ({visited})")
    assert sum(visited.values()) > 200


@pytest.mark.parametrize(
    ("platform", "name"), [(platform, name) for platform, found in LISTINGS.items() for name in found]
)
def test_an_interrupt_at_any_point_of_a_platforms_reading_loses_nothing(platform, name, monkeypatch, say):
    """From the person's call through the session to the record; only HTTP is left out."""
    monkeypatch.setattr(Transport, "follow", lambda self, call: served(call))
    visited = visit(lambda: of_platform(platform, name), list, stride=3)

    say(f"interrupts, {platform} {name}: {visited} points")
    assert visited > 200


# -- real signals -----------------------------------------------------------------------------------------------------

SCHEDULES = 1000


class Stop:
    """Sends this process a real signal after so many seconds, which interrupts what runs within."""

    def __init__(self):
        self._main, self._orders, self._armed = threading.main_thread().ident, queue.SimpleQueue(), False
        self.interrupts = 0
        self._thread = threading.Thread(target=self._press, daemon=True)
        self._thread.start()

    def __enter__(self):
        self._before = signal.signal(signal.SIGUSR1, self._handle), sys.getswitchinterval()
        sys.setswitchinterval(1e-5)  # or the thread that sends the signal would wait for long
        return self

    def __exit__(self, *error):
        self._armed = False
        self._orders.put(None)
        self._thread.join()  # before the signal has its old meaning again
        signal.signal(signal.SIGUSR1, self._before[0])
        sys.setswitchinterval(self._before[1])

    def after(self, seconds, function):
        with contextlib.suppress(KeyboardInterrupt):
            self._armed = True
            self._orders.put(seconds)
            function()
            self._armed = False

    def _press(self):
        while (seconds := self._orders.get()) is not None:
            time.sleep(seconds)
            signal.pthread_kill(self._main, signal.SIGUSR1)

    def _handle(self, number, frame):
        if self._armed:
            self._armed = False
            self.interrupts += 1
            raise KeyboardInterrupt


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a signal may hit a finalizer
def test_a_thousand_schedules_of_real_signals_lose_nothing(monkeypatch, say):
    """What the injected interrupts leave out: a signal in the middle of a call into C, and threads that go on."""
    monkeypatch.setattr(Transport, "follow", lambda self, call: served(call))
    chance = random.Random(11)
    made = [lambda reader=reader: of_reader(reader) for reader in READERS]
    made.append(lambda: of_platform("sevenbridges", "files"))
    with Stop() as stop:
        for number in range(SCHEDULES):
            make = made[number % len(made)]
            found = make()
            expected = sorted(map(identity, RECORDS))
            for _ in range(chance.randrange(1, 4)):
                stop.after(chance.uniform(0, 0.002), lambda found=found: [list(found.listing) for _ in range(4)])
            ids = [identity(each) for each in within(20, lambda found=found: list(found.listing))]
            assert expected == (ids if make is not made[READERS.index(moving)] else sorted(ids))
            found.close()

    say(f"interrupts: {SCHEDULES} schedules of real signals, {stop.interrupts} hit")
    assert stop.interrupts > SCHEDULES / 10
