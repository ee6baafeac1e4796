"""What every operation of the API has in common, written into its schema in one place."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from ingest.rest import KEY

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence for a person."},
        "code": {"type": "string", "description": "One word for a program."},
        "errors": {"type": "object", "description": "Field → what is wrong with it."},
    },
}
_KEY_PATTERN = f"^{KEY}$"
_ID: dict[str, Any] = {"type": "integer", "minimum": 0}
_METHODS = ("get", "post", "put", "patch", "delete")


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the schema how a token is sent."""

    target_class = "ingest.authentication.ApiTokenAuthentication"
    name = "tokenAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """As OpenAPI says it."""
        about = "`Token eid_…`, made on the page API tokens."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": about}


def type_ids(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A drf-spectacular hook: ids in paths are integers, and said to be, where the address is read
    by a pattern of digits, too."""
    for operations in result["paths"].values():
        for method in _METHODS:
            for parameter in operations.get(method, {}).get("parameters", ()):
                schema = parameter["schema"]
                is_id = schema.get("pattern") == _KEY_PATTERN or schema.get("type") == "integer"
                if parameter["in"] == "path" and is_id:
                    parameter["schema"] = dict(_ID)
    return result


def document_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A drf-spectacular hook: every operation may answer with a problem, 4XX or 5XX."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for operations in result["paths"].values():
        for method in _METHODS:
            if method not in operations:
                continue
            answers = operations[method]["responses"]
            for code, words in (("4XX", "Refused, missing or not yours."), ("5XX", "Not now.")):
                content = {"application/problem+json": reference}
                answers.setdefault(code, {"description": words, "content": content})
    return result
