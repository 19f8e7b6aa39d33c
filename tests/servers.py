"""A small server that answers as a test tells it, and remembers what it received."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What to send back; `missing` bytes are announced and then never sent."""

    status: int = 200
    body: bytes = b"{}"
    type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    missing: int = 0


class Server:
    """Answers each request with the next of its answers, the last one for ever.

    An answer is an `Answer`, a function of the request that returns one, or None to hang up without any.
    """

    def __init__(self, *answers: Answer | None | Callable[[Asked], Answer]) -> None:
        self.answers, self.asked, self._lock = list(answers) or [Answer()], [], threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = outer._next(Asked(self.command, self.path, dict(self.headers), body))
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.send_header("Content-Type", answer.type)
                self.send_header("Content-Length", str(len(answer.body) + answer.missing))
                self.end_headers()
                self.wfile.write(answer.body)
                self.close_connection = bool(answer.missing)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one
            do_PROPFIND = do_MKCOL = do_MOVE = handle_one

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _next(self, asked: Asked) -> Answer | None:
        with self._lock:
            self.asked.append(asked)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(asked) if callable(answer) else answer

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
