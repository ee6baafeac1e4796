"""The API's reference: every operation has words and examples that fit, and is on its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from django.test import Client

from everyid_site.reference.documenting import METHODS
from everyid_site.reference.reading import read_groups
from everyid_site.reference.samples import ADDRESSES, ANSWERS, REQUESTS
from everyid_site.reference.words import DETAILS, GROUPS
from everyid_site.templatetags.reference import prose
from everyid_site.views import _document
from tests.factories import make_user

Operation = tuple[str, str, dict[str, Any]]


def operations() -> Iterator[Operation]:
    for path, methods in _document()["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield path, method, operation


OPERATIONS = {operation["operationId"]: (path, operation) for path, _, operation in operations()}


def test_words_and_operations_are_the_same() -> None:
    named = [key for group in GROUPS for key in group.names]
    assert sorted(named) == sorted(OPERATIONS)
    assert {*DETAILS, *REQUESTS, *ANSWERS, *ADDRESSES} <= set(OPERATIONS)


def test_every_operation_says_what_it_is() -> None:
    for key, (_, operation) in OPERATIONS.items():
        assert operation["summary"] and operation["description"], key
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description"), (key, parameter["name"])
    names = [operation["summary"] for _, operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)


def test_ids_in_paths_are_integers() -> None:
    kinds = {
        (parameter["name"], parameter["schema"]["type"])
        for _, operation in OPERATIONS.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "path"
    }
    assert kinds == {("id", "integer"), ("slug", "string"), ("name", "string")}


def _examples() -> Iterator[tuple[str, dict[str, Any], Any, bool]]:
    for key, (_, operation) in OPERATIONS.items():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield key, content["schema"], content["example"], True
        for code, answer in operation["responses"].items():
            kinds = answer.get("content", {})
            if code.startswith("2") and list(kinds) == ["application/json"]:
                yield key, *(kinds["application/json"][k] for k in ("schema", "example")), False


def _checkable(schema: Any, *, is_sent: bool) -> Any:
    """OpenAPI 3.0 as JSON Schema: what may be null, and what is never sent."""
    if isinstance(schema, list):
        return [_checkable(item, is_sent=is_sent) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {k: _checkable(v, is_sent=is_sent) for k, v in schema.items()}
    if is_sent and isinstance(schema.get("properties"), dict):
        fields = schema["properties"]
        unsent = {name for name, field in fields.items() if field.get("readOnly")}
        made["required"] = [name for name in schema.get("required", ()) if name not in unsent]
        made["properties"] = {k: v for k, v in made["properties"].items() if k not in unsent}
        made["additionalProperties"] = False
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") is True else made


@pytest.mark.parametrize("is_sent", [True, False])
def test_examples_fit_their_schemas(is_sent: bool) -> None:
    components = {
        "components": _checkable({"schemas": _document()["components"]["schemas"]}, is_sent=is_sent)
    }
    seen = 0
    for key, schema, example, sent in _examples():
        if sent != is_sent:
            continue
        whole = _checkable(schema, is_sent=is_sent) | components
        problems = list(jsonschema.Draft4Validator(whole).iter_errors(example))
        assert not problems, (key, problems[0].message)
        seen += 1
    assert seen > 30


def test_what_is_shown_of_an_operation() -> None:
    found = {o.key: o for o in read_groups(_document(), "https://desk.example/")["search"]}
    search = found["search_retrieve"]
    assert search.curl.startswith("curl 'https://desk.example/api/search?q=woman+in+a+red+coat")
    assert '-H "Authorization: Token $EVERYID_TOKEN"' in search.curl
    fields = {field.name: field for field in search.answers[0].fields}
    assert fields["moments[].asset.id"].kind == "integer"
    assert fields["moments[].band"].kind == "strong, possible or weak"
    assert search.is_tried and not found["alerts_create"].is_tried
    sent = {field.name: field for field in found["saved_searches_create"].body}
    assert sent["address"].is_required and "created_at" not in sent
    assert "-F picture=@coat.jpg" in found["search_examples_create"].curl
    assert "-X DELETE" in found["saved_searches_destroy"].curl


@pytest.mark.django_db
def test_each_group_has_a_page_with_its_operations(client: Client) -> None:
    client.force_login(make_user())
    index = client.get("/api/docs").content.decode()
    for group in GROUPS:
        page = client.get(f"/api/docs/{group.slug}").content.decode()
        ids = re.findall(r'<section class="panel api-operation" id="([a-z_]+)"', page)
        assert ids == list(group.names)
        assert all(f"/api/docs/{group.slug}#{key}" in index for key in ids)
    assert client.get("/api/docs/nothing").status_code == 404


def test_words_between_backticks_are_code_and_nothing_is_markup() -> None:
    assert prose("A ``b`` and `c`, <i>") == "A <code>b</code> and <code>c</code>, &lt;i&gt;"
