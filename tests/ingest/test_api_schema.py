"""The whole API against its own schema: made-up requests must be answered as documented."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from ingest.services.tokens import make_token
from tests import factories, fakes

pytestmark = pytest.mark.django_db

EXAMPLES = 6
"""Per operation. More find little more, and the suite has to stay quick."""

CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.unsupported_method,
]


@pytest.fixture(autouse=True)
def _fakes(settings: Any) -> Iterator[None]:
    settings.PIPELINE = ("ingest.stages.probe",)
    with fakes.install():
        yield


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """WSGI ends each request by closing its connection, and with it the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def owner() -> User:
    """Someone with a little of everything, so that ids of 1 and 2 may be hit."""
    owner = factories.make_user()
    library = factories.make_library(owner=owner, slug="harbour")
    asset = factories.make_asset(library, camera=factories.make_camera(library))
    identity = factories.make_identity(library)
    factories.make_crop(factories.make_track(asset.shots.all()[0], identity=identity))
    factories.make_stage_run(asset)
    factories.make_line(asset, "Cast off!", 0, 10)
    factories.make_bin(library, "Selects", asset)
    return owner


def test_the_schema_is_made_without_a_warning() -> None:
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())
    assert said.getvalue() == ""


def test_it_answers_as_documented(owner: User) -> None:
    _, secret = make_token(user=owner, name="test", scope="write")
    headers = {"Authorization": f"Token {secret}"}
    schema = schemathesis.openapi.from_wsgi("/api/schema?format=json", get_wsgi_application())
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 15
    for operation in operations:
        _try(operation, headers)


def _try(operation: Any, headers: dict[str, str]) -> None:
    """Made-up requests to one operation; what each changes is rolled back."""

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy())
    def try_one(case: Any) -> None:
        with transaction.atomic():
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS, headers=headers)
            transaction.set_rollback(True)

    try_one()
