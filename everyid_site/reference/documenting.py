"""Writes names, descriptions and examples into the schema, so that every reader of it has them."""

from __future__ import annotations

from typing import Any

from everyid_site.reference.samples import ANSWERS, REQUESTS, Sampler
from everyid_site.reference.words import DETAILS, GROUPS, PATH_PARAMETERS, QUERY_PARAMETERS

METHODS = ("get", "post", "put", "patch", "delete")


def document_operations(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A drf-spectacular hook: every operation gets its summary, group, description and examples."""
    named = {key: (group, name) for group in GROUPS for key, name in group.names.items()}
    sampler = Sampler(result["components"]["schemas"])
    for operations in result["paths"].values():
        for method in METHODS:
            if method in operations:
                operation = operations[method]
                _name(operation, named)
                _describe_parameters(operation)
                _add_samples(operation, sampler)
    result["tags"] = [{"name": group.title, "description": group.about} for group in GROUPS]
    return result


def _name(operation: dict[str, Any], named: dict[str, Any]) -> None:
    key = operation["operationId"]
    if key in named:
        group, operation["summary"] = named[key]
        operation["tags"] = [group.title]
    if key in DETAILS:
        operation["description"] = DETAILS[key]


def _describe_parameters(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        known = PATH_PARAMETERS if parameter["in"] == "path" else QUERY_PARAMETERS
        if not parameter.get("description") and parameter["name"] in known:
            parameter["description"] = known[parameter["name"]]


def _add_samples(operation: dict[str, Any], sampler: Sampler) -> None:
    key = operation["operationId"]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["example"] = REQUESTS.get(key) or sampler.of(content["schema"])
    for answer in operation["responses"].values():
        for kind, content in answer.get("content", {}).items():
            if kind == "application/json" and not _is_a_file(answer):
                content["example"] = ANSWERS.get(key) or sampler.of(content["schema"])


def _is_a_file(answer: dict[str, Any]) -> bool:
    """An export answers with one of many kinds of files; its JSON is one of them."""
    return len(answer["content"]) > 1
