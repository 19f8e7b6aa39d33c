"""The server of the invented platform."""

from flask import Flask, Response, jsonify, request

from bionb.sandbox.tokens import token_of, user_of


class ThingsSandbox:
    """Things with numbers, in memory."""

    states = ("default", "empty")
    generations = ()
    quirks = ("short_page", "drifting", "no_total", "wrong_total", "inserting")
    users = ("alice", "bob")
    url = ""

    def __init__(self, state, generation, faults):
        self.faults = faults
        self.wsgi = self._routes()
        self.reset(state)

    def reset(self, state=None):
        self.things = [] if state == "empty" else [self.thing(n) for n in range(95)]

    @staticmethod
    def thing(number):
        return {"id": f"t{number:05d}", "name": f"thing {number}", "size": number}

    def credentials(self, user=None):
        return {"token": token_of(user or "alice")}

    def refusal(self, status, words):
        return {"detail": words}

    def _routes(self):
        app = Flask(__name__)

        @app.before_request
        def check():
            user = user_of(request.headers.get("X-Things-Token", ""))
            if user not in self.users:
                return jsonify(detail="Invalid token."), 401
            return None

        @app.get("/me")
        def me():
            return jsonify(name=user_of(request.headers["X-Things-Token"]))

        @app.get("/whole")
        def whole():
            return jsonify(self.things)

        @app.get("/cursor")
        def cursor():
            start = int(request.args.get("cursor", 0))
            page = self.things[start : start + 10]
            return jsonify(data=page, cursor=start + 10 if start + 10 < len(self.things) else None)

        @app.post("/things")
        def create():
            thing = {"id": f"t{len(self.things):05d}", **request.get_json(), "size": 0}
            self.things.append(thing)
            return jsonify(thing), 201

        @app.get("/things")
        def things():
            start, limit = int(request.args["offset"]), int(request.args["limit"])
            if limit > 3 and self.faults.take("short_page"):
                limit -= 3
            page = self.things[start : start + limit]
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

        return app.wsgi_app
