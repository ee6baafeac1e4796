"""The schema as the reference's pages show it: operations with parameters, bodies and commands."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from everyid_site.reference.documenting import METHODS
from everyid_site.reference.samples import ADDRESSES
from everyid_site.reference.words import GROUPS, Group
from everyid_site.throttling import limit_of

JSON, FORM = "application/json", "multipart/form-data"
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a body; ``name`` has its path (``moments[].asset.id``)."""

    name: str
    kind: str
    about: str
    is_required: bool = False
    place: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer; ``example`` and ``fields`` are empty where a file or nothing comes."""

    code: str
    kinds: tuple[str, ...]
    example: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as a page shows it."""

    key: str
    method: str
    path: str
    name: str
    about: str
    limit: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    curl: str
    answers: tuple[Answer, ...]

    @property
    def is_tried(self) -> bool:
        """Whether the page offers to ask: it only reads, and what comes can be shown."""
        kinds = {kind for answer in self.answers for kind in answer.kinds}
        return self.method == "GET" and JSON in kinds


def read_groups(document: Mapping[str, Any], site: str) -> dict[str, tuple[Operation, ...]]:
    """All operations by the slug of their group; ``site`` is the server's address in commands."""
    found = {
        operation["operationId"]: (method.upper(), path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    }
    reader = _Reader(document["components"]["schemas"], site.rstrip("/"))
    return {
        group.slug: tuple(reader.operation(*found[key]) for key in group.names if key in found)
        for group in GROUPS
    }


def group_called(slug: str) -> Group | None:
    """The group of this slug."""
    return next((group for group in GROUPS if group.slug == slug), None)


class _Reader:
    def __init__(self, schemas: Mapping[str, Any], site: str) -> None:
        self.schemas, self.site = schemas, site

    def operation(self, method: str, path: str, raw: Mapping[str, Any]) -> Operation:
        bodies = raw.get("requestBody", {}).get("content", {})
        kind = JSON if JSON in bodies else next(iter(bodies), "")
        body = bodies.get(kind, {})
        return Operation(
            key=raw["operationId"],
            method=method,
            path=path,
            name=raw.get("summary", raw["operationId"]),
            about=raw.get("description", ""),
            limit=limit_of(path, method),
            parameters=tuple(self._parameter(p) for p in raw.get("parameters", ())),
            body=tuple(self._fields(body.get("schema", {}), "", writing=True)),
            curl=self._curl(method, path, raw, kind, body.get("example")),
            answers=tuple(
                self._answer(code, answer)
                for code, answer in raw["responses"].items()
                if code.startswith("2")
            ),
        )

    def _parameter(self, raw: Mapping[str, Any]) -> Field:
        schema = raw["schema"]
        inner = schema.get("items", schema)
        return Field(
            name=raw["name"],
            kind=self._kind(schema),
            about=raw.get("description", ""),
            is_required=raw.get("required", False),
            place=raw["in"],
            choices=tuple(str(value) for value in inner.get("enum", ())),
        )

    def _answer(self, code: str, raw: Mapping[str, Any]) -> Answer:
        content = raw.get("content", {})
        told = content.get(JSON, {})
        example = json.dumps(told["example"], indent=2) if "example" in told else ""
        fields = tuple(self._fields(told["schema"], "")) if example else ()
        return Answer(code, tuple(content), example, fields)

    def _curl(self, method: str, path: str, raw: Mapping[str, Any], kind: str, example: Any) -> str:
        for parameter in raw.get("parameters", ()):
            if parameter["in"] == "path":
                sample = {"slug": "harbour", "name": "edl"}.get(parameter["name"], "7")
                path = path.replace(f"{{{parameter['name']}}}", sample)
        address = f"{self.site}{path}{ADDRESSES.get(raw['operationId'], '')}"
        parts = [f"curl {shlex.quote(address)}", '-H "Authorization: Token $EVERYID_TOKEN"']
        if method != "GET" and not (method == "POST" and example is not None):
            parts.insert(1, f"-X {method}")
        if example is not None and kind == JSON:
            parts.append("-H 'Content-Type: application/json'")
            parts.append(f"-d {shlex.quote(json.dumps(example, ensure_ascii=False))}")
        elif example is not None:
            parts.extend(f"-F {shlex.quote(_form_part(*pair))}" for pair in example.items())
        if not any(JSON in answer.get("content", {}) for answer in raw["responses"].values()):
            parts.extend(["-o excerpt.mp4"] if method == "GET" else [])
        return " \\\n  ".join(parts)

    def _fields(
        self, schema: Mapping[str, Any], before: str, *, writing: bool = False, depth: int = 0
    ) -> Iterator[Field]:
        """The fields of a body, those inside them after them. ``before``: the path so far."""
        schema = self._resolved(schema)
        if schema.get("type") == "array":
            yield from self._fields(schema["items"], f"{before}[]", writing=writing, depth=depth)
            return
        needed = schema.get("required", ())
        for name, raw in schema.get("properties", {}).items():
            if writing and raw.get("readOnly"):
                continue
            path = f"{before}.{name}" if before else name
            inner = self._resolved(raw)
            about = raw.get("description") or ""
            yield Field(path, self._kind(raw), about, is_required=writing and name in needed)
            if depth < _DEEPEST:
                yield from self._fields(inner, path, writing=writing, depth=depth + 1)

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while True:
            if "$ref" in schema:
                schema = self.schemas[schema["$ref"].rpartition("/")[2]]
            elif len(schema.get("allOf", ())) == 1:
                schema = schema["allOf"][0]
            else:
                return schema

    def _kind(self, schema: Mapping[str, Any]) -> str:
        """A type in words: ``list of integers``, ``red, blue or green``, ``date-time or null``."""
        said = self._plain_kind(schema)
        return f"{said} or null" if schema.get("nullable") and said else said

    def _plain_kind(self, schema: Mapping[str, Any]) -> str:
        inner = self._resolved(schema)
        if "enum" in inner:
            values = [str(value) or "empty" for value in inner["enum"] if value is not None]
            return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"
        if inner.get("type") == "array":
            of = self._plain_kind(inner["items"])
            plural = of if " " in of or not of else f"{of}s"
            return f"list of {plural}" if plural else "list"
        for choices in ("oneOf", "anyOf"):
            if choices in inner:
                return self._plain_kind(inner[choices][0])
        return str(inner.get("format") if inner.get("format") in _TOLD else inner.get("type", ""))


_TOLD = ("date-time", "date", "binary")


def _form_part(name: str, value: Any) -> str:
    if isinstance(value, str) and "." in value:
        return f"{name}=@{value}"
    return f"{name}={json.dumps(value) if not isinstance(value, str) else value}"
