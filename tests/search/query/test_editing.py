"""Chips that can be changed: each choice says what it says, and changes nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from ingest.models import Asset
from recognition.models import Encoder
from search.query.editing import Edit, menus_of, with_days
from search.query.parsing import Count, Kind, parse
from tests.factories import add_member, make_library, make_user
from tests.search.made import make_film

PHRASES = st.lists(
    st.sampled_from(
        [
            *("a woman in a red coat", "two men", "a young man", "nobody", "a crowd", "three cars"),
            *("people in blue", "a red or blue bus", "the dogs", "a girl riding a bicycle"),
            *("a woman with a red bag", "a man carrying a blue suitcase"),
            *("on the beach", "not indoors", "yesterday", "longer than ten seconds", "at night"),
        ]
    ),
    min_size=1,
    max_size=4,
    unique=True,
)


def edit(text: str, kind: str, label: str) -> Edit:
    query = parse(text)
    menus = [m for p in query.parts for m in menus_of(query, p) if m.kind == kind]
    return next(e for e in menus[0].edits if e.label == label)


@pytest.mark.parametrize(
    ("text", "kind", "label", "changed"),
    [
        ("a woman in a red coat", "count", "two", "two women in a red coat"),
        ("two men on the beach", "count", "one", "one man on the beach"),
        ("two men on the beach", "count", "any number", "men on the beach"),
        ("nobody in the office", "count", "several", "several people in the office"),
        ("three dogs", "count", "none", "no dogs"),
        ("a woman in a red coat", "colour", "blue", "a woman in a blue coat"),
        ("a woman in a red coat", "colour", "any colour", "a woman in a coat"),
        ("a woman in red, beach", "colour", "any colour", "a woman, beach"),
        ("a red or blue car", "colour", "green", "a green car"),
        ("a woman with a red bag", "colour", "blue", "a woman with a blue bag"),
        ("a woman with a red bag", "colour", "any colour", "a woman with a bag"),
        ("a man with a red or blue bag", "colour", "green", "a man with a green bag"),
        ("a dog last Tuesday evening", "when", "yesterday", "a dog yesterday"),
        ("a dog for at least 5 s", "length", "up to 3 s", "a dog shorter than 3 seconds"),
        ("an elderly couple on a bench", "count", "three", "three elderly people on a bench"),
        ("a couple kissing", "count", "one", "one person kissing"),
        ("a man alone on a bench", "count", "two", "two men alone on a bench"),
        ("5+ people at a table", "count", "two", "two people at a table"),
    ],
)
def test_a_choice_rewrites_the_words(text: str, kind: str, label: str, changed: str) -> None:
    assert edit(text, kind, label).text == changed


@given(PHRASES)
def test_a_choice_changes_one_part_and_means_what_it_says(phrases: list[str]) -> None:
    query = parse(", ".join(phrases))
    for place, part in enumerate(query.understood):
        for menu in menus_of(query, part):
            for choice in menu.edits:
                changed = parse(choice.text).understood
                assert len(changed) == len(query.understood), choice
                others = [p.text for i, p in enumerate(changed) if i != place]
                assert others == [p.text for i, p in enumerate(query.understood) if i != place]
                if menu.kind == "count":
                    wanted = {"any number": None, "one": Count(1, 1), "none": Count(0, 0)}
                    if choice.label in wanted and part.kind is Kind.PERSON:
                        assert changed[place].count == wanted[choice.label], choice
                if menu.kind == "colour" and choice.label != "any colour":
                    values = [w.values for w in changed[place].wants if w.is_colour]
                    assert (choice.label,) in values, choice


DAYS = st.none() | st.dates(date(1900, 1, 1), date(2199, 12, 31))


@given(DAYS, DAYS)
def test_days_are_read_back(first: date | None, last: date | None) -> None:
    found = [p.when for p in parse(with_days("a dog", first, last)).parts if p.when]
    assert len(found) == int(bool(first or last))
    for when in found:
        begin, end = when.days(date(2026, 11, 23))
        ends = sorted(day for day in (first, last) if day)
        assert begin == (ends[0] if first else None)
        assert end == (ends[-1] + timedelta(days=1) if last else None)


@pytest.fixture
def asset(encoder: Encoder) -> Asset:
    return make_film(make_library(name="Shore"), encoder, "beach", name="shore.mp4")


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
def test_chips_have_menus_and_say_what_has_no_time(client: Client, asset: Asset, role: str) -> None:
    user = make_user()
    add_member(asset.library, user, role)
    client.force_login(user)
    page = client.get("/", {"q": "two women in a red coat yesterday"}).content.decode()
    assert 'href="?q=two+women+in+a+blue+coat+yesterday"' in page
    assert 'href="?q=three+women+in+a+red+coat+yesterday"' in page
    assert "1 clip with no recording time is left out" in page


@pytest.mark.django_db
def test_outsiders_hear_of_no_clip(client: Client, asset: Asset) -> None:
    client.force_login(make_user())
    assert b"no recording time" not in client.get("/", {"q": "a dog yesterday"}).content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"first_day": "2024-06-05", "last_day": "2024-06-09"}, "from+2024-06-05+to+2024-06-09"),
        ({"first_day": "2024-06-05", "last_day": ""}, "since+2024-06-05"),
        ({"first_day": "nonsense", "last_day": ""}, ""),
    ],
)
def test_days_of_the_form_become_words(
    client: Client, asset: Asset, sent: dict[str, Any], text: str
) -> None:
    client.force_login(make_user())
    answer = client.get("/", {"q": "a dog", "scene": "beach", **sent})
    assert answer.status_code == 302
    assert answer["Location"] == "/?q=a+dog" + (f"+{text}" if text else "") + "&scene=beach"
