"""Arguments of a wrong type, told before anything is done: the annotations of the public methods are what is checked.

>>> from bionb.arguments import fault_of
>>> def copy(file: str | Mapping[str, Any], tags: Sequence[str] | None = None) -> None: ...
>>> fault_of(Call(copy, 3.5)), fault_of(Call(copy, "x", tags="raw"))
('copy(file=...) takes a text or a dict, not 3.5.', "copy(tags=...) takes a list of texts or None, not 'raw'.")
"""

from __future__ import annotations

import functools
import inspect
import numbers
import os
import re
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from typing import Any, Literal, ParamSpec, TypeVar, Union

from bionb.errors import BionbError, UsageError
from bionb.secret import names_secret, shown
from bionb.wording import shorten

P = ParamSpec("P")
R = TypeVar("R")

_NONE = type(None)
_MANY = (Sequence, Iterable, Collection, list, tuple, set, frozenset, Set)
_WORDS: dict[Any, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    bytes: "bytes",
    None: "None",
    _NONE: "None",
}
_SEVERAL = {str: "texts", int: "whole numbers", float: "numbers", dict: "dicts", Mapping: "dicts"}


class Call(functools.partial[Any]):
    """A call that shows nothing of its arguments: a verbose traceback prints what stands in a frame."""

    def __repr__(self) -> str:
        return "<call>"


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that refuses arguments of a wrong type.

    Raises
    ------
    UsageError
        It names the function, the argument, what it takes and what was given.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True
        work = Call(function, *args, **kwargs)
        del args, kwargs
        if fault := fault_of(work):
            raise UsageError(fault)
        try:
            found: R = work()
        except (LookupError, TypeError, AttributeError, ValueError, OSError) as error:
            if isinstance(error, BionbError):
                raise
            unused = unusable(function, error)
        else:
            return found
        raise unused

    return call


def unusable(function: Callable[..., Any], error: Exception) -> UsageError:
    """Return the error of a call that could not use its arguments, whatever Python says about them."""
    words = shorten(f"{type(error).__name__}: {error}", 160)
    return UsageError(
        f"{function.__name__} cannot use what it was given ({words}). Call it as "
        f"{shorten(signature_of(function), 300)}."
    )


def fault_of(call: Call) -> str:
    """Return what is wrong with the arguments of a call, empty where they fit."""
    function = getattr(call.func, "__func__", call.func)
    bound = [getattr(call.func, "__self__", None)] if function is not call.func else []
    signature, kinds = _annotated(function)
    try:
        given = signature.bind(*bound, *call.args, **call.keywords).arguments
    except TypeError as error:
        return f"{function.__name__} cannot be called so: {error}. Call it as {shorten(signature_of(function), 300)}."
    for name, value in given.items():
        if name not in kinds:
            continue
        several = signature.parameters[name].kind
        if several is inspect.Parameter.VAR_KEYWORD:
            parts = value.items()
        elif several is inspect.Parameter.VAR_POSITIONAL:
            parts = [(name, each) for each in value]
        else:
            parts = [(name, value)]
        for part, each in parts:
            if not _fits(each, kinds[name]):
                what = f"a value of type {type(each).__name__}" if names_secret(part) else shown(each)
                return f"{function.__name__}({part}=...) takes {_words(kinds[name])}, not {what}."
    return ""


def signature_of(function: Callable[..., Any]) -> str:
    """Return how a function is called, in one line.

    Examples
    --------
    >>> signature_of(signature_of)
    'signature_of(function: Callable[..., Any])'
    """
    given = [each for each in inspect.signature(function).parameters.values() if each.name != "self"]
    return function.__name__ + re.sub(r": '([^']*)'", r": \1", str(inspect.Signature(given)))  # annotations are texts


@functools.lru_cache(maxsize=1024)
def _annotated(function: Callable[..., Any]) -> tuple[inspect.Signature, dict[str, Any]]:
    """Return the signature of a function and what its annotations stand for."""
    known: dict[str, Any] = {}
    while True:
        try:
            kinds = typing.get_type_hints(function, localns=known)
        except NameError as error:  # imported for type checkers only: known by its name when a value comes
            if error.name in known:
                raise
            known[str(error.name)] = _Named(str(error.name), (), {})
            continue
        kinds.pop("return", None)
        return inspect.signature(function), kinds


class _Named(type):
    """Stands for a class that is not loaded: its values are known by the name of their class."""

    def __instancecheck__(cls, value: Any) -> bool:
        return any(each.__name__ == cls.__name__ for each in type(value).__mro__)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Named(name, (), {})

    def __getitem__(cls, kinds: Any) -> Any:
        return cls


def _fits(value: Any, kind: Any) -> bool:
    """Tell whether a value is what an annotation says; what can't be told fits."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if kind in (Any, object) or isinstance(kind, TypeVar | ParamSpec):
        return True
    if origin in (Union, types.UnionType):
        return any(_fits(value, each) for each in parts)
    if origin is Literal:
        return any(type(value) is type(each) for each in parts)
    if kind is None or kind is _NONE:
        return value is None
    if kind is bool:
        return isinstance(value, bool) or type(value).__name__ == "bool"
    if kind in (int, float):
        real = numbers.Integral if kind is int else numbers.Real
        return isinstance(value, real) and not isinstance(value, bool)
    if origin is Callable:
        return callable(value)
    return _is_a(value, origin or kind) and _holds(value, origin, parts)


def _is_a(value: Any, kind: Any) -> bool:
    if not isinstance(kind, type) or getattr(kind, "_is_protocol", False) and kind.__module__ != "os":
        return True
    if typing.is_typeddict(kind):
        return isinstance(value, Mapping)
    return isinstance(value, kind)


def _holds(value: Any, origin: Any, parts: Sequence[Any]) -> bool:
    """Tell whether what a collection holds fits; what can be read once only is left alone."""
    if origin in _MANY and (isinstance(value, str | bytes) or hasattr(value, "iloc")):
        return False  # the letters of a text, the names of the columns of a table
    if isinstance(value, Mapping) and len(parts) == 2 and not hasattr(value, "iloc"):
        return all(_fits(name, parts[0]) and _fits(each, parts[1]) for name, each in value.items())
    if isinstance(value, list | set | frozenset) and len(parts) == 1:
        return all(_fits(each, parts[0]) for each in value)
    if isinstance(value, tuple) and origin is tuple and ... not in parts:
        return len(value) == len(parts) and all(map(_fits, value, parts))
    if isinstance(value, tuple) and parts:
        return all(_fits(each, parts[0]) for each in value)
    return True


def _words(kind: Any) -> str:
    """Return what an annotation says, for people."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, types.UnionType):
        *others, last = dict.fromkeys(map(_words, parts))
        return f"{', '.join(others)} or {last}" if others else last
    if origin is Literal:
        return f"one of {', '.join(map(repr, parts))}"
    if kind in _WORDS:
        return _WORDS[kind]
    if origin is tuple and len(parts) == 2 and ... not in parts:
        return f"a pair of {_words(parts[0])} and {_words(parts[1])}"
    if origin in _MANY or kind in _MANY:
        inner = parts[0] if parts else Any
        several = _SEVERAL.get(typing.get_origin(inner) or inner, "")
        return "a list" if inner is Any else f"a list of {several or _words(inner)}"
    found = origin or kind
    if found in (dict, Mapping):
        inner = _SEVERAL.get(typing.get_origin(parts[1]) or parts[1], "") if len(parts) == 2 else ""
        return f"a dict of {inner}" if inner else "a dict"
    if isinstance(found, type) and issubclass(found, os.PathLike):
        return "a path"
    return "a function" if found is Callable else f"a {getattr(found, '__name__', 'value')}"
