"""The server of the invented platform."""

from flask import Response, jsonify, request

from bionb.sandbox.application import Application, Refused, whole_number, window
from bionb.sandbox.tokens import user_of


class ThingsSandbox(Application):
    """Things with numbers, in memory."""

    quirks = ("short_page", "drifting", "no_total", "wrong_total", "inserting")

    def fill(self, state):
        self.things = [] if state == "empty" else [self.thing(n) for n in range(95)]

    @staticmethod
    def thing(number):
        return {"id": f"t{number:05d}", "name": f"thing {number}", "size": number}

    def add_routes(self, app):
        @app.before_request
        def check():
            if user_of(request.headers.get("X-Things-Token", "")) not in self.users:
                raise Refused(401, "Invalid token.")

        @app.get("/me")
        def me():
            return jsonify(name=user_of(request.headers["X-Things-Token"]))

        @app.get("/whole")
        def whole():
            return jsonify(self.things)

        @app.get("/cursor")
        def cursor():
            start = whole_number("cursor", 0)
            page = self.things[start : start + 10]
            return jsonify(data=page, cursor=start + 10 if start + 10 < len(self.things) else None)

        @app.post("/things")
        def create():
            thing = {"id": f"t{len(self.things):05d}", **request.get_json(), "size": 0}
            self.things.append(thing)
            return jsonify(thing), 201

        @app.get("/things")
        def things():
            start = whole_number("offset", 0)
            page = window(self.things, start, whole_number("limit", 10), self.faults)
            total = len(self.things) + (20 if self.faults.take("wrong_total") else 0)
            if start and self.faults.take("drifting"):
                del self.things[0]
            if start and self.faults.take("inserting"):
                self.things.insert(0, self.thing(90_000 + len(self.things)))
            answer = jsonify(items=page)
            if not self.faults.take("no_total"):
                answer.headers["X-Total"] = str(total)
            return answer

        @app.get("/page")
        def page():
            return Response("<html><title>No</title></html>", 500, content_type="text/html")
