"""The client of the invented platform: what it is made of."""

from bionb.http.auth import HeaderAuth
from bionb.platforms.things.calls.things import Things
from bionb.protocol import Node, Nodes
from bionb.session import Session


class ThingsClient(Things):
    """One account on one server of things."""

    def __init__(self, url, credentials, *, api_version=None, **options):
        auth = HeaderAuth("X-Things-Token", "{token}", token=credentials["token"])
        self.session = Session(url, auth, label="Things", **options)

    def whoami(self):
        return self.session.json("GET", "me", what="ask who I am")["name"]

    def roots(self):
        return Nodes(self.things(), lambda thing: Node("thing", thing["id"], thing["name"], leaf=True, record=thing))

    def children(self, node):
        return Nodes([])

    def frame(self, node):
        return self.things().to_frame()
