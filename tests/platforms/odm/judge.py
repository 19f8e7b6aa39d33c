"""Run by the vendor's own Python: compare requests and answers with the vendor's operations and models.

Standard input: JSON with ``endpoints`` (facts on the operations) and ``exchanges``: lists by name, of objects with
method, path, query, content, body, status, answered, answer. Standard output: lists of findings by the same names,
empty where all conform.
"""

import inspect
import json
import re
import sys
import typing

import odm_api
import pydantic
from odm_api import models

MODELS = {name.lower(): each for name, each in vars(models).items() if inspect.isclass(each)}
SIMPLE = {"str": str, "int": int, "float": float, "bool": bool, "object": dict, "bytes": None, "any": None}


def type_of(name):
    """Return the Python type that a type's name in the facts stands for; None for whatever is there."""
    if inside := re.fullmatch(r"list\[(.*)\]", name, re.IGNORECASE):
        return list[type_of(inside[1])]
    if re.match(r"dict\[", name, re.IGNORECASE):
        return dict
    return SIMPLE[name.lower()] if name.lower() in SIMPLE else MODELS[name.lower()]


def findings(value, kind, where):
    """Give what of a value does not conform to a type: wrong types and enumerations, missing and unknown keys."""
    if kind is None or kind is typing.Any:
        return
    if typing.get_origin(kind) is list:
        if not isinstance(value, list):
            yield f"{where}: no list but {type(value).__name__}"
        else:
            for number, each in enumerate(value):
                yield from findings(each, (typing.get_args(kind) or (None,))[0], f"{where}[{number}]")
    elif inspect.isclass(kind) and issubclass(kind, pydantic.BaseModel):
        yield from model_findings(value, kind, where)
    elif not isinstance(value, kind) or (kind in (int, float) and isinstance(value, bool)):
        yield f"{where}: no {kind.__name__} but {value!r:.60}"


def model_findings(value, model, where):
    try:
        model.from_json(json.dumps(value))
    except (ValueError, pydantic.ValidationError, AttributeError, TypeError) as error:
        yield f"{where}: {model.__name__}: {' '.join(str(error).split())[:200]}"
        return
    if isinstance(value, dict):
        yield from unknown_keys(value, model, where)


def unknown_keys(value, model, where):
    """Give keys that a model does not have, at any depth: pydantic ignores them."""
    names = {
        field.serialization_alias or field.alias or name: field.annotation for name, field in model.model_fields.items()
    }
    if "actual_instance" in names or "oneof_schema_1_validator" in names:
        return
    for key, each in value.items():
        if key not in names:
            yield f"{where}: {model.__name__} has no {key!r}"
            continue
        for inner in inner_models(names[key]):
            for number, item in enumerate(each if isinstance(each, list) else [each]):
                if isinstance(item, dict):
                    yield from unknown_keys(item, inner, f"{where}.{key}[{number}]" if isinstance(each, list) else key)


def inner_models(annotation):
    if inspect.isclass(annotation) and issubclass(annotation, pydantic.BaseModel):
        return [annotation]
    return [model for each in typing.get_args(annotation) for model in inner_models(each)]


def operation_of(endpoints, method, path):
    """Return the operation with the most fixed words in its path."""
    found = [each for each in endpoints if each["method"] == method and pattern(each["path"]).fullmatch(path)]
    return min(found, key=lambda each: each["path"].count("{"), default=None)


def pattern(path):
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", path))


def query_findings(operation, query):
    params = {each["name"]: each for each in operation["params"] if each["in"] == "query"}
    given = [name for name, _ in query]
    yield from (f"no query parameter {name!r}" for name in given if name not in params)
    yield from (f"query parameter {n!r} missing" for n, each in params.items() if each["required"] and n not in given)
    for name, value in query:
        yield from one_query(params[name], value) if name in params else ()


def one_query(param, value):
    kind = re.sub(r"annotated\[(\w+),.*", r"\1", param["type"])
    bounds = param.get("constraints", {})
    if "enum" in param and value not in param["enum"]:
        yield f"query {param['name']}={value}: none of {param['enum']}"
    if kind == "bool" and value not in ("true", "false"):
        yield f"query {param['name']}={value}: no boolean"
    if kind == "int":
        if not re.fullmatch(r"-?\d+", value):
            yield f"query {param['name']}={value}: no integer"
        elif not bounds.get("minimum", int(value)) <= int(value) <= bounds.get("maximum", int(value)):
            yield f"query {param['name']}={value}: not within {bounds}"


def body_findings(operation, each):
    fields = {param["name"]: param for param in operation["params"] if param["in"] in ("form", "file")}
    body = operation.get("body")
    if fields:
        given = re.findall(r'; name="([^"]+)"', each["body"])
        yield from (f"no field {name!r}" for name in given if name not in fields)
        yield from (f"field {n!r} missing" for n, param in fields.items() if param["required"] and n not in given)
    elif body is None:
        if each["body"].strip():
            yield "a body, where none is taken"
    elif each["body"]:
        yield from findings(json.loads(each["body"]), type_of(body["type"]), "body")
    elif body["required"]:
        yield "no body"


def answer_findings(operation, each):
    status = str(each["status"])
    if each["status"] >= 400:
        if "json" in each["answered"]:
            yield from findings(json.loads(each["answer"]), models.BaseErrorResponse, f"answer {status}")
        return
    if status not in operation["responses"] and each["status"] != 206:
        yield f"answers {status}, which is not declared"
        return
    declared = operation["responses"].get(status)
    if declared is None:
        if each["answer"].strip() and operation["method"] != "HEAD":
            yield f"answer {status} has a body, where none is declared"
    elif "json" in each["answered"]:
        yield from findings(json.loads(each["answer"]), type_of(declared), f"answer {status}")
    elif not any(each["answered"].partition(";")[0] == kind for kind in operation["accept"]):
        yield f"answers {each['answered']}, of {operation['accept']}"


def facts_findings(endpoints):
    for operation in endpoints:
        api, _, method = operation["python"].partition(".")
        if not hasattr(getattr(odm_api, api, None), method):
            yield f"odm_api has no {operation['python']}: the facts are of another release"


def judged(endpoints, exchanges):
    for each in exchanges:
        operation = operation_of(endpoints, each["method"], each["path"])
        place = f"{each['method']} {each['path']}"
        if operation is None:
            if each["status"] < 400:
                yield f"{place}: no such operation"
            continue
        asked = [] if each["status"] == 400 else [*query_findings(operation, each["query"])]
        asked += [] if each["status"] == 400 else [*body_findings(operation, each)]
        yield from (f"{place}: {finding}" for finding in [*asked, *answer_findings(operation, each)])


def main():
    told = json.load(sys.stdin)
    endpoints = told["endpoints"]
    found = {name: sorted(set(judged(endpoints, exchanges))) for name, exchanges in told["exchanges"].items()}
    json.dump(found | {"facts": sorted(facts_findings(endpoints))}, sys.stdout)


if __name__ == "__main__":
    main()
