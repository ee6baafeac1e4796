"""Readings against wants."""

from __future__ import annotations

from dataclasses import replace

import pytest

from search.query.parsing import Kind, Want, parse
from search.ranking.facts import TrackFacts
from search.ranking.matching import (
    Verdict,
    excludes,
    match,
    match_action,
    structure_score,
    weight_of_readings,
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
    assert structure_score(found) == (0.0, 0.0) and not excludes(found)
    worn = [match(want, track(hat="hat")) for want in wants("man without a hat")]
    assert excludes(worn)


def test_a_contradiction_scores_below_a_match() -> None:
    right, wrong = (
        structure_score([match(w, track(upper_colour=c)) for w in wants("person in red")])
        for c in ("red", "green")
    )
    assert right[0] > wrong[0] and right[1] == wrong[1] == 1.0


def test_what_cannot_be_read_takes_nothing_from_what_was() -> None:
    alone, among = (
        [match(want, track(upper_colour="red")) for want in wants(text)]
        for text in ("person in red", "woman in a red coat with a backpack")
    )
    assert weight_of_readings(alone) == weight_of_readings(among) == 0.8
    assert weight_of_readings([match(want, track()) for want in wants("woman in red")]) == 0


@pytest.mark.parametrize(("confidence", "weight"), [(0.4, 0.0), (0.5, 0.0), (0.75, -0.5), (1, -1)])
def test_another_reading_speaks_against_as_far_as_it_is_likelier_right(
    confidence: float, weight: float
) -> None:
    blue = replace(track(), attributes={"upper_colour": (("blue", confidence),)})
    found = [match(want, blue) for want in wants("man in a yellow jacket")]
    assert weight_of_readings(found) == pytest.approx(weight)


def test_what_must_not_be_there_is_no_reading_to_score() -> None:
    found = [match(want, track(upper_colour="blue")) for want in wants("man not in red")]
    assert weight_of_readings(found) == 0


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
