"""The people pages of a large library: as many queries as for a small one, and work that grows with
it and no faster. How long they take is measured by ``python -m evaluation.pages``."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluation.made_crowd import make_crowd
from ingest.models import Library
from recognition.models import Encoder, Identity
from recognition.networks import network_infos
from tests.factories import make_asset, make_library, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("loader")]

PEOPLE, TRACKS, ASSETS = 620, 4_400, 40
"""Of the smaller library."""
TIMES = 2
"""The larger has so many times as many of each."""
MOST_TIMES = 3
"""So much more may the database have to do; what looks at every pair does four times as much."""


@pytest.fixture
def encoder() -> Encoder:
    """Of the person network at work."""
    [info] = [info for info in network_infos() if info.role == "person"]
    return Encoder.objects.create(
        name=info.name, space="person", fingerprint=info.fingerprint, dimension=info.dimension
    )


def crowd(encoder: Encoder, times: int) -> Library:
    """The only library, with so many times the people, tracks and assets."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE ingest_library CASCADE")
    library = make_library(owner=make_user())
    assets = [make_asset(library, shots=0) for _ in range(ASSETS * times)]
    make_crowd(library, assets, encoder, people=PEOPLE * times, tracks=TRACKS * times)
    return library


def pages_of(library: Library) -> dict[str, tuple[str, int]]:
    """Addresses by what they are, with the queries that each may ask."""
    person = Identity.objects.filter(library=library).order_by("pk")[0]
    people = reverse("recognition:people")
    return {
        "people": (people, 15),
        "by doubt": (people + "?sort=doubt", 15),
        "by a name": (people + "?name=name+4", 15),
        "named": (people + "?show=named&page=3", 15),
        "a person": (reverse("recognition:identity", args=[person.pk]), 29),
        "look-alikes": (reverse("recognition:look-alikes", args=[person.pk]), 20),
        "review": (reverse("recognition:review"), 23),
    }


def rows_looked_at(queries: list[dict[str, Any]]) -> int:
    """By every step of the plans that Postgres makes of these queries, counted as it runs them:
    rows that came out, and rows that a filter or a join looked at and dropped."""
    total = 0
    with connection.cursor() as cursor:
        for query in queries:
            asked = query["sql"]
            text = asked if isinstance(asked, str) else asked.as_string(connection.connection)
            copied = re.search(r"COPY \((.*)\) TO STDOUT", text, re.DOTALL)
            text = copied[1] if copied else text
            if text.lstrip().startswith(("SELECT", "WITH")):
                cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + text)
                [(told,)] = cursor.fetchall()
                [plan] = json.loads(told) if isinstance(told, str) else told
                total += _rows_of(plan["Plan"])
    return total


def _rows_of(step: dict[str, Any]) -> int:
    seen = step["Actual Rows"] + sum(
        value for name, value in step.items() if name.startswith("Rows Removed by")
    )
    below = sum(_rows_of(inner) for inner in step.get("Plans", ()))
    return int(seen * step["Actual Loops"]) + below


def ask_every_page(library: Library) -> dict[str, int]:
    """How many rows the database looks at for each page of the owner."""
    client = Client()
    client.force_login(library.members.get())
    rows = {}
    for name, (address, most) in pages_of(library).items():
        with CaptureQueriesContext(connection) as seen:
            page = client.get(address)
        assert page.status_code == 200
        assert len(seen) <= most, f"{name}: {len(seen)} queries"
        rows[name] = rows_looked_at(seen.captured_queries)
        if name == "people":
            nameless = library.identities.filter(name="").count()
            assert page.context["page"].paginator.count == nameless
        if name == "review":
            assert (len(page.context["pairs"]), len(page.context["doubts"])) == (20, 12)
    return rows


def test_pages_of_a_large_library_ask_as_little_and_work_in_proportion(encoder: Encoder) -> None:
    smaller = ask_every_page(crowd(encoder, 1))
    larger = ask_every_page(crowd(encoder, TIMES))
    told = {name: (smaller[name], larger[name]) for name in larger}
    assert smaller["review"] > TRACKS, told
    assert all(rows < MOST_TIMES * few + PEOPLE for few, rows in told.values()), told
