"""Readings against wants."""

from __future__ import annotations

from dataclasses import replace

import pytest

from search.query.parsing import Kind, Want, parse
from search.ranking.facts import TrackFacts
from search.ranking.matching import (
    Verdict,
    judge,
    match,
    match_action,
)


def track(movement: str = "", **readings: str) -> TrackFacts:
    attributes = {name: ((value, 0.8),) for name, value in readings.items()}
    return TrackFacts(1, "person", 0, 10, 0.9, movement, None, attributes)


def wants(text: str) -> tuple[Want, ...]:
    return next(p.wants for p in parse(text).parts if p.kind is Kind.PERSON)


@pytest.mark.parametrize(
    ("text", "readings", "verdicts"),
    [
        ("woman in red coat", {"gender": "woman", "upper_colour": "red"}, "yes yes unknown"),
        ("woman", {"gender": "man"}, "no"),
        ("girl", {"gender": "child"}, "unknown yes"),
        ("child", {"gender": "child"}, "yes"),
        ("person in blue jeans", {"lower_colour": "navy"}, "yes unknown"),
        ("person in blue jeans", {"upper_colour": "blue"}, "unknown unknown"),
        ("person in green", {"lower_colour": "green"}, "yes"),
        ("person in green", {"lower_colour": "red"}, "no"),
        ("man in a jacket", {"gender": "man", "garment": "coat"}, "yes yes"),
        ("man in a shirt", {"garment": "dress"}, "unknown unknown"),
        ("man with a hat", {"hat": "helmet"}, "unknown yes"),
        ("man with a bag", {"bag": "backpack"}, "unknown yes"),
        ("man with a backpack", {"bag": "bag"}, "unknown unknown"),
    ],
)
def test_verdicts(text: str, readings: dict[str, str], verdicts: str) -> None:
    found = [match(want, track(**readings)) for want in wants(text)]
    assert " ".join(m.verdict for m in found) == verdicts


def test_unknown_neither_counts_nor_excludes() -> None:
    found = [match(want, track()) for want in wants("man without a hat")]
    unread = judge(found)
    assert (unread.structure, unread.share) == (0.0, 0.0) and not unread.is_excluded
    worn = [match(want, track(hat="hat")) for want in wants("man without a hat")]
    assert judge(worn).is_excluded


def test_a_contradiction_scores_below_a_match() -> None:
    right, wrong = (
        judge([match(w, track(upper_colour=c)) for w in wants("person in red")])
        for c in ("red", "green")
    )
    assert right.structure > wrong.structure and right.share == wrong.share == 1.0


def test_what_cannot_be_read_takes_nothing_from_what_was() -> None:
    alone, among = (
        [match(want, track(upper_colour="red")) for want in wants(text)]
        for text in ("person in red", "woman in a red coat with a backpack")
    )
    assert judge(alone).weight == judge(among).weight == 0.8
    assert judge([match(want, track()) for want in wants("woman in red")]).weight == 0


@pytest.mark.parametrize(("confidence", "weight"), [(0.4, 0.0), (0.5, 0.0), (0.75, -0.5), (1, -1)])
def test_another_reading_speaks_against_as_far_as_it_is_likelier_right(
    confidence: float, weight: float
) -> None:
    blue = replace(track(), attributes={"upper_colour": (("blue", confidence),)})
    found = [match(want, blue) for want in wants("man in a yellow jacket")]
    assert judge(found).weight == pytest.approx(weight)


def test_what_must_not_be_there_is_no_reading_to_score() -> None:
    found = [match(want, track(upper_colour="blue")) for want in wants("man not in red")]
    assert judge(found).weight == 0


@pytest.mark.parametrize(
    ("action", "movement", "verdict"),
    [
        ("walk", "walking", Verdict.YES),
        ("run", "stationary", Verdict.NO),
        ("sit", "stationary", Verdict.YES),
        ("walk", "", Verdict.UNKNOWN),
        ("dance", "running", Verdict.UNKNOWN),
    ],
)
def test_actions_by_movement(action: str, movement: str, verdict: Verdict) -> None:
    assert match_action(action, track(movement)).verdict is verdict
