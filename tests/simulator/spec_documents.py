"""The venue's own documents, and where an answer differs from them.

A difference is named by the schema that it is found in, not by every operation that uses the
schema: one row of the table of known differences then speaks for all of them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from uuid import UUID

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from sim_harness import SHARED

SPECS = SHARED / "recorded" / "official_specs"
METHODS = ("get", "post", "put", "delete")
_INNER = {"items": "/*", "additionalProperties": "/{}"}
_FORMATS = {"date": date.fromisoformat, "date-time": datetime.fromisoformat, "uuid": UUID}


@dataclass(frozen=True, order=True)
class Difference:
    """An answer is not what the document says.

    `place` is a schema's name or an operation with its status, `pointer` leads on from there into
    the answer (`*` for any item, `{}` for any key), `rule` is the schema's word that is broken, or
    `undocumented` for a field or status that the document does not have.
    """

    document: str
    place: str
    pointer: str
    rule: str


class Document:
    """One OpenAPI or AsyncAPI document."""

    def __init__(self, name, text):
        self.name = name
        self._tree = yaml.safe_load(text)

    @property
    def operations(self):
        """Every `GET /path/{parameter}` of the document, in its order."""
        return [
            f"{method.upper()} {path}"
            for path, item in self._tree["paths"].items()
            for method in METHODS
            if method in item
        ]

    def parameters(self, operation):
        """The names of an operation's parameters in the query."""
        method, path = operation.split(" ")
        listed = self._tree["paths"][path][method.lower()].get("parameters", [])
        named = (self._tree_at(each["$ref"]) if "$ref" in each else each for each in listed)
        return [each["name"] for each in named if each["in"] == "query"]

    def of_answer(self, operation, status, body):
        """Differences of an answer to an operation."""
        method, path = operation.split(" ")
        answers = self._tree["paths"][path][method.lower()]["responses"]
        place = f"{operation} {status}"
        if str(status) not in answers:
            return {Difference(self.name, place, "", "undocumented")}
        content = answers[str(status)].get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        return self._compare(schema, place, body)

    def of_message(self, schema_name, message):
        """Differences of a message of a stream from a named schema."""
        schema = {"$ref": f"#/components/schemas/{schema_name}"}
        return self._compare(schema, schema_name, message)

    def _tree_at(self, reference):
        found = self._tree
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
        return found

    def _compare(self, schema, place, value):
        whole = {**schema, "components": self._tree.get("components", {})}
        checker = _Strict(whole, format_checker=_formats())
        return {
            found
            for error in checker.iter_errors(value)
            for found in self._named(error, whole, place)
        }

    def _named(self, error, whole, place):
        place, pointer = _place(error, whole, place)
        rule = error.validator
        if rule == "required":
            pointer += f"/{error.message.split(chr(39))[1]}"
        return {Difference(self.name, place, pointer, rule)}


@cache
def document(name):
    """A document by its short name; skips where the shared material is absent."""
    for path in (SPECS / f"{name}-openapi.yaml", SPECS / f"{name}.json"):
        if path.exists():
            return Document(name, path.read_text())
    pytest.skip(f"no document {name} at {SPECS}")


def _place(error, whole, place):
    """The innermost named schema on the way to a broken rule, and the way on from there."""
    pointer, at, is_field = "", whole, False
    for name in error.absolute_schema_path:
        while isinstance(at, dict) and "$ref" in at:
            place, pointer = at["$ref"].rsplit("/", 1)[1], ""
            at = whole["components"]["schemas"][place]
        pointer += f"/{name}" if is_field else _INNER.get(name, "")
        is_field = name == "properties" and not is_field
        at = at[name]
    if error.validator == "undocumented":
        pointer += f"/{error.path[-1]}"
    return place, pointer


def _properties(validator, properties, instance, schema):
    """Known properties as ever; unknown ones are told unless the schema is open by intention."""
    if not validator.is_type(instance, "object"):
        return
    yield from Draft202012Validator.VALIDATORS["properties"](
        validator, properties, instance, schema
    )
    if "additionalProperties" in schema:
        return
    for name in instance.keys() - properties.keys():
        error = ValidationError(f"{name} is not documented", validator="undocumented")
        error.path.append(name)
        yield error


def _type(validator, types, instance, schema):
    """OpenAPI 3.0 says `nullable` where JSON Schema says null."""
    if not (instance is None and schema.get("nullable")):
        yield from Draft202012Validator.VALIDATORS["type"](validator, types, instance, schema)


def _formats():
    checker = FormatChecker(formats=())
    for name, parse in _FORMATS.items():
        checker.checks(name, raises=ValueError)(
            lambda text, parse=parse: not isinstance(text, str) or bool(parse(text))
        )
    return checker


_Strict = extend(Draft202012Validator, {"properties": _properties, "type": _type})
