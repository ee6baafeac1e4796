"""Dates, hours and lengths in a query."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query.parsing import Kind, Names, Part, parse
from search.query.times import Length, Unit, When, days_of_year

TODAY = date(2026, 11, 23)  # a Monday
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
WHENS = st.builds(
    When,
    unit=st.sampled_from([u for u in Unit if not u.endswith("of year")]),
    number=st.integers(0, 6),
    first=st.none() | DAYS,
    end=st.none() | DAYS,
    hours=st.none() | st.tuples(st.integers(0, 1439), st.integers(0, 1439)),
    is_after=st.booleans(),
    is_before=st.booleans(),
)


def part(text: str, kind: Kind) -> Part:
    found = [p for p in parse(text).parts if p.kind is kind]
    assert len(found) == 1, parse(text).parts
    return found[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a dog yesterday", "22 Nov 2026"),
        ("last Tuesday evening", "17 Nov 2026, 17:00–22:00"),
        ("on Monday", "23 Nov 2026"),
        ("last Monday", "16 Nov 2026"),
        ("a crowd on Sundays in the morning", "Sundays, 05:00–12:00"),
        ("in June 2024", "1 Jun 2024 – 30 Jun 2024"),
        ("June", "1 Jun 2026 – 30 Jun 2026"),
        ("in December", "1 Dec 2025 – 31 Dec 2025"),
        ("on 5 June", "5 Jun 2026"),
        ("the 24th of December", "24 Dec 2025"),
        ("June 5th 2024", "5 Jun 2024"),
        ("2024-06-05", "5 Jun 2024"),
        ("5.6.2024", "5 Jun 2024"),
        ("25/6/2024", "25 Jun 2024"),
        ("from 3 June 2024 to 9 June 2024", "3 Jun 2024 – 9 Jun 2024"),
        ("in 2024", "1 Jan 2024 – 31 Dec 2024"),
        ("since 2023", "from 1 Jan 2023"),
        ("before June 2024", "before 1 Jun 2024"),
        ("after 5 June 2024", "from 6 Jun 2024"),
        ("last week", "16 Nov 2026 – 22 Nov 2026"),
        ("last 7 days", "16 Nov 2026 – 23 Nov 2026"),
        ("3 days ago", "20 Nov 2026"),
        ("last night", "22 Nov 2026, 21:00–05:00"),
        ("between 8 and 9 pm", "20:00–21:00"),
        ("from 8:00 to 9:30", "08:00–09:30"),
        ("after 8 p.m.", "20:00–00:00"),
        ("at 8pm", "20:00–21:00"),
        ("at 20:15", "20:10–20:20"),
        ("around noon", "11:30–12:30"),
        ("yesterday between 8 and 9 pm", "22 Nov 2026, 20:00–21:00"),
        ("between 8 and 9 pm on Sunday", "22 Nov 2026, 20:00–21:00"),
        ("in the afternoon", "12:00–17:00"),
    ],
)
def test_it_reads_when(text: str, said: str) -> None:
    when = part(text, Kind.WHEN).when
    assert when is not None and when.said(TODAY) == said


@pytest.mark.parametrize(
    "text",
    [
        *("4/5/2024", "31.2.2024", "march across a field", "a man may walk", "between two cars"),
        *("between 3 and 5 people", "at 8", "the last man", "at night", "29:99", "2024"),
    ],
)
def test_it_reads_no_time_into_other_words(text: str) -> None:
    assert not [p for p in parse(text).parts if p.kind is Kind.WHEN]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("longer than ten seconds", Length(least_s=Fraction(10))),
        ("a man running for at least 5 s", Length(least_s=Fraction(5))),
        ("under half a minute", Length(most_s=Fraction(30))),
        ("between 5 and 10 seconds", Length(Fraction(5), Fraction(10))),
        ("2 minutes or longer", Length(least_s=Fraction(120))),
        ("up to 90s", Length(most_s=Fraction(90))),
    ],
)
def test_it_reads_lengths(text: str, length: Length) -> None:
    assert part(text, Kind.LENGTH).length == length


def test_times_go_not_to_the_vectors_and_names_win() -> None:
    query = parse("woman in red last Tuesday for at least 5 seconds")
    assert query.positive_text == "woman in red"
    named = parse("June in the park", Names(identities=(("June", 7),)))
    assert [p.kind for p in named.understood] == [Kind.IDENTITY, Kind.PLACE]


@given(WHENS, DAYS, DAYS, st.integers(0, 1439))
def test_any_time_can_be_asked_of_any_day(when: When, today: date, day: date, minute: int) -> None:
    assert isinstance(when.agrees(day, minute, today), bool)
    first, end = when.days(today)
    assert first is None or isinstance(first, date)
    assert end is None or isinstance(end, date)
    when.said(today)


@given(st.dates(date(9, 1, 1), date(9990, 12, 31)), st.dates(), st.dates())
def test_days_of_the_year_are_the_latest_that_have_begun(
    today: date, first: date, last: date
) -> None:
    units = [When(Unit.DAY_OF_YEAR, d.month * 100 + d.day) for d in (first, last)]
    span = days_of_year(*units)
    assert span is not None and days_of_year(units[0], When(Unit.WEEK)) is None
    begins, ends = span.days(today)
    assert begins is not None and ends is not None and begins <= today and begins < ends
    assert (begins.month, begins.day) == (first.month, first.day)
    assert (ends - begins).days <= 366 and span.said(today)


@given(st.dates(date(2, 1, 1), date(9998, 12, 31)), st.integers(0, 6))
def test_the_latest_weekday_is_within_a_week(today: date, weekday: int) -> None:
    for unit, least in ((Unit.WEEKDAY, 0), (Unit.BEFORE_WEEKDAY, 1)):
        first, end = When(unit, weekday).days(today)
        assert first is not None and end == first + timedelta(days=1)
        assert first.weekday() == weekday and least <= (today - first).days <= least + 6


def test_hours_over_midnight_belong_to_the_evening_before() -> None:
    when = part("last night", Kind.WHEN).when
    assert when is not None
    yesterday = TODAY - timedelta(days=1)
    assert when.agrees(yesterday, 22 * 60, TODAY) and when.agrees(TODAY, 2 * 60, TODAY)
    assert not when.agrees(TODAY, 22 * 60, TODAY) and not when.agrees(yesterday, 2 * 60, TODAY)
