"""Interrupts at every point at which CPython delivers signals.

CPython looks for signals at the end of a call, where a function or generator begins or goes on, and where a loop jumps
back. A trace function sees each instruction before it is carried out, so that an exception raised before the next one
stands for a signal at the end of the last. The two differ where the next instruction lies behind the end of a ``with``
or ``try`` block and the last one within it: these points are left out, for the block would not be left in order.
"""

from __future__ import annotations

import dis
import functools
import pathlib
import sys
import threading

import bionb

POINTS = ("CALL", "CALL_FUNCTION_EX", "CALL_KW", "RESUME", "JUMP_BACKWARD")
PACKAGE = str(pathlib.Path(bionb.__file__).parent)
OURS = (PACKAGE, threading.__file__, sys.modules["contextlib"].__file__ or "", "concurrent/futures", "queue.py")


class Interrupts:
    """Raises KeyboardInterrupt at the n-th point of what runs inside; counts the points.

    Parameters
    ----------
    at : int or None
        Which point; None only counts.
    """

    def __init__(self, at: int | None = None) -> None:
        self.at, self.points = at, 0
        self.where = ""

    def __enter__(self) -> Interrupts:
        self._before = sys.gettrace()
        sys.settrace(self._called)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(self._before)

    def _called(self, frame, event, arg):
        # What the collector of garbage calls belongs to no reading: Python prints an interrupt there and goes on.
        if frame.f_code.co_name == "__del__" or not any(each in frame.f_code.co_filename for each in OURS):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        last = None if frame.f_lasti < 0 else frame.f_lasti  # a generator goes on behind its RESUME

        def follow(frame, event, arg):
            nonlocal last
            if event == "opcode":
                names, handlers = _instructions(frame.f_code)
                if last is not None and names[last] and handlers[last] == handlers[frame.f_lasti]:
                    self.points += 1
                    if self.points - 1 == self.at:
                        self.where = f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}"
                        raise KeyboardInterrupt
                last = frame.f_lasti
            return follow

        return follow


@functools.cache
def _instructions(code):
    """Return whether signals come at an instruction's end, and which handler it has, both by its offset."""
    names, handlers = {}, {}
    table = dis._parse_exception_table(code)
    for each in dis.get_instructions(code):
        name = each.opname
        names[each.offset] = name.startswith(("JUMP_BACKWARD", "POP_JUMP_BACKWARD")) or name in POINTS
        found = [entry for entry in table if entry.start <= each.offset < entry.end]
        handlers[each.offset] = found[0].target if found else None
    return names, handlers
