"""Say what the installed SODAR Core takes: ``python forms.py FOLDER``, with the python of one of its environments.

Writes JSON to standard output, one entry a method of a view: its path, the names in its query, and the rules of its
body. The rules are those of the view's serializer, each field asked with an example of every type of JSON; a view that
reads its body itself has its parameters in its description, by a fixed pattern.
"""

import json
import os
import re
import sys
from pathlib import Path

EXAMPLES = {
    "text": "text",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "list": ["text"],
    "object": {"key": "value"},
}
WORDS = {"string": "text", "int": "integer", "integer": "integer", "bool": "boolean", "boolean": "boolean"}
PARAMETERS = re.compile(r"\*\*Parameters:\*\*(.*?)(?:\*\*|$)", re.DOTALL)
PARAMETER = re.compile(r"- ``(?P<name>\w+)``: (?P<words>.*)")
BODIES = ("POST", "PUT", "PATCH")
NOT_FOR_PEOPLE = ("api/remote/",)  # sites that copy each other


def start(folder):
    """Load SODAR Core without making a database: nothing here looks into it."""
    os.environ["SODAR_CORE_SITE_MIGRATIONS"] = "no_migrations"
    os.environ["SODAR_CORE_SITE_DATABASE"] = str(folder / "forms.sqlite3")
    os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
    import django

    django.setup()


def documented(view):
    """Return what the description of a view says of its parameters, by name."""
    found = PARAMETERS.search(view.__doc__ or "")
    rules = {}
    for each in PARAMETER.finditer(found[1] if found else ""):
        words = each["words"].rpartition("(")[2]
        kind = next((WORDS[word] for word in re.findall(r"\w+", words) if word in WORDS), "any")
        rules[each["name"]] = {"type": kind, **({"null": True} if "None" in words or "null" in words else {})}
        if limit := re.search(r"max\. (\d+) characters", words):
            rules[each["name"]]["max"] = int(limit[1])
    return rules


def field_rule(field, partial):
    """Return the rule of a serializer's field."""
    from rest_framework import serializers

    rule = {"type": field_types(field), "typed": True}
    if field.required and not partial:
        rule["required"] = True
    if field.allow_null:
        rule["null"] = True
    if isinstance(field, serializers.CharField):
        rule["blank"] = field.allow_blank
        if field.trim_whitespace:
            rule["trim"] = True
        if any(each.__class__.__name__ == "ProhibitNullCharactersValidator" for each in field.validators):
            rule["pattern"] = "[^\\x00]*"
        # The serializer's own length is also among the model's validators.
        limits = [each.limit_value for each in field.validators if each.__class__.__name__ == "MaxLengthValidator"]
        if limits:
            rule["max"] = min(limits)
    if isinstance(field, serializers.ChoiceField):
        rule["values"] = list(field.choices)
    return rule


def field_types(field):
    """Return the types of JSON that a field takes; what refers to a record is text, and is not looked up here."""
    from rest_framework import serializers

    if isinstance(field, serializers.RelatedField):
        return "text"
    if isinstance(field, serializers.ChoiceField):
        return "text"
    found = [kind for kind, example in EXAMPLES.items() if takes(field, example)]
    return found[0] if len(found) == 1 else found


def takes(field, example):
    """Tell whether a field reads a value."""
    from rest_framework.exceptions import ValidationError

    try:
        field.to_internal_value(example)
    except ValidationError:
        return False
    return True


def serialized(view, partial):
    """Return the rules of the fields that a view's serializer reads."""
    fields = view.serializer_class().fields
    return {name: field_rule(each, partial) for name, each in fields.items() if not each.read_only}


def methods(view):
    """Return the methods that a view answers."""
    allowed = getattr(view, "http_method_names", ())
    known = [each for each in ("GET", "POST", "PUT", "PATCH", "DELETE") if hasattr(view, each.lower())]
    return [each for each in known if each.lower() in allowed]


def forms():
    """Give one entry for each method of each view."""
    from django.urls import get_resolver
    from rest_framework.generics import GenericAPIView

    for prefix in ("project", "tokens", "timeline"):
        resolver = next(each for each in get_resolver().url_patterns if str(each.pattern).startswith(prefix))
        for each in resolver.url_patterns:
            route = str(each.pattern)
            if not route.startswith("api/") or route.startswith(NOT_FOR_PEOPLE):
                continue
            view = each.callback.view_class
            path = f"/{prefix}/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route)
            for method in methods(view):
                entry = {"method": method, "path": path, "said_by": "view"}
                if method in BODIES and issubclass(view, GenericAPIView):
                    entry |= {"body": serialized(view, method == "PATCH"), "said_by": "serializer"}
                elif method in BODIES and documented(view):
                    entry["body"] = documented(view)
                elif method == "GET" and documented(view):
                    entry["query"] = documented(view)
                yield entry


if __name__ == "__main__":
    sys.path.append(sys.argv[1])
    start(Path(sys.argv[1]))
    json.dump(list(forms()), sys.stdout, indent=1)
