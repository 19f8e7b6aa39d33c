"""Routes of a sandbox as plain functions: each is given the sandbox first, and what stands in the path."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask

Answer = Callable[..., Any]


class Routes:
    """What one module of a sandbox serves.

    Examples
    --------
    >>> routes = Routes()
    >>> @routes("/things/<int:number>")
    ... def thing(sandbox, number):
    ...     return sandbox.things[number]
    """

    def __init__(self) -> None:
        self._found: list[tuple[str, str, Answer]] = []

    def __call__(self, rule: str, method: str = "GET") -> Callable[[Answer], Answer]:
        """Keep a function as the answer to a method at an address; it may stand at several."""

        def keep(answer: Answer) -> Answer:
            self._found.append((rule, method, answer))
            return answer

        return keep

    def add_to(self, app: Flask, sandbox: Any) -> None:
        """Serve all of it."""
        for rule, method, answer in self._found:
            app.add_url_rule(rule, f"{method} {rule}", partial(answer, sandbox), methods=[method])
