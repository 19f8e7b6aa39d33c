"""Pages: fetched by threads, parsed where they are used, kept in little memory."""

import json
import threading

from bionb.frames import COUNT, TIME, FrameBuilder, columns
from bionb.paging.page import Page


def parsed(content):
    return json.loads(content)


def test_a_page_is_parsed_when_it_is_first_looked_at():
    """Threads only fetch: 32 pages read ahead must not be held as parsed records."""
    made = []

    def make():
        made.append(threading.current_thread().name)
        return Page([{"id": "a"}], total=7, more=True, cursor="next")

    page = Page.later(make)

    assert [] == made
    assert (1, 7, True, "next") == (page.count, page.total, page.more, page.cursor)
    assert [{"id": "a"}] == page.records()
    assert 1 == len(made)


def test_a_page_gives_the_same_records_again_from_its_packed_bytes():
    """A second pass over a listing sends nothing, and what was dropped stays dropped."""
    records = [{"id": number, "text": "x" * 100} for number in range(50)]
    page = Page(list(records), body=json.dumps(records).encode(), parse=parsed)
    rest = page.without({0, 1}).without({1})

    assert [records[2], *records[4:]] == rest.records() == rest.records()
    assert records == page.records() == page.records()


def test_a_page_whose_answer_cannot_be_read_says_so_each_time():
    """An error on first sight must not leave an empty page behind."""

    def make():
        raise ValueError("no JSON")

    page = Page.later(make)
    failures = 0
    for _ in range(2):
        try:
            page.records()
        except ValueError:
            failures += 1

    assert 2 == failures


def test_frames_do_not_depend_on_when_columns_are_packed(monkeypatch):
    """Times and numbers are packed in batches; where a batch ends must not show."""
    declared = columns("id note", size=COUNT, made=TIME)
    pages = [
        [{"id": f"{page}-{row}", "size": row, "made": "2026-01-05T12:00:00Z", "kind": "a"} for row in range(4)]
        for page in range(5)
    ]
    pages[2] = [{"id": "2-0"}, {"id": "2-1", "size": "7", "note": ["x", "y"]}]

    def frame(batch):
        monkeypatch.setattr("bionb.frames.BATCH", batch)
        builder = FrameBuilder(declared)
        for page in pages:
            builder.add(page)
        return builder.frame()

    expected = frame(1_000_000)

    for batch in (1, 3, 6):
        assert expected.equals(frame(batch))
        assert expected.dtypes.to_dict() == frame(batch).dtypes.to_dict()


def test_equal_texts_of_a_column_are_one_object():
    """Most columns repeat themselves, and texts are most of the memory until they are packed."""
    builder = FrameBuilder(columns("id project"))
    for page in range(3):
        builder.add([{"id": f"{page}-{row}", "project": "-".join(["demo", "large"])} for row in range(10)])

    assert 1 == len({id(value) for part in builder._parts["project"] for value in part})
    assert 30 == (builder.frame()["project"] == "demo-large").sum()
