"""Readings against wants."""

from __future__ import annotations

import pytest

from search.facts import TrackFacts
from search.matching import Verdict, excludes, match, match_action, structure_score
from search.query import Kind, Want, parse


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
