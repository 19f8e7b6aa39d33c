"""Calls on things: one way of paging each."""

from bionb.listing import Listing
from bionb.paging.pages import Cursor, Offset, Page, Whole
from bionb.platforms.things.calls.calls import Calls
from bionb.platforms.things.wire.records import COLUMNS


class Things(Calls):
    """Things."""

    def things(self, limit=10, keyed=True, ahead=True):
        def read(params, opens):
            return self.session.page(
                "things",
                what="list the things",
                params=params,
                opens=opens,
                pick=lambda body: body["items"],
                total=lambda response, body: (
                    int(response.headers["X-Total"]) if "X-Total" in response.headers else None
                ),
            )

        submit = self.session.submit if ahead else None
        key = (lambda thing: thing["id"]) if keyed else None
        return Listing("things", lambda: Offset(read, limit, key=key, submit=submit), COLUMNS)

    def all_things(self):
        def read(params, opens):
            return Page(self.session.json("GET", "whole", what="list the things"))

        return Listing("things", lambda: Whole(read), COLUMNS)

    def cursor_things(self):
        def read(params, opens):
            body = self.session.json("GET", "cursor", params=params, what="list the things", opens=opens)
            return Page(body["data"], cursor=body["cursor"])

        return Listing("things", lambda: Cursor(read, key=lambda thing: thing["id"]), COLUMNS)

    def create(self, name):
        return self.session.json("POST", "things", json={"name": name}, what=f"create the thing {name}")
