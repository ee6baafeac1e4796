"""Counts: when a number holds, what it is worth, and moments of it."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from search.query.values import Count
from search.ranking.counting import count_over, numbers_at_once
from search.ranking.facts import TrackFacts
from tests.search.made_facts import SPAN, all_alike, at_beach, moments, person


def test_two_people_on_a_beach_are_trimmed_to_where_both_are_seen() -> None:
    shot = at_beach(person(1, 0, 70), person(2, 40, 100))
    best = moments("two people on a beach", shot, vectors=(all_alike(shot),))[0]
    assert best.span == (40, 70) and set(best.track_ids) == {1, 2}
    assert ("count", "2 at once") in {(w.reason.source, w.reason.words) for w in best.why}
    assert "scene" in {w.reason.source for w in best.why}


def test_a_count_holds_while_enough_are_seen_whoever_they_are() -> None:
    shot = at_beach(person(1, 0, 50), person(2, 20, 80), person(3, 45, 95))
    best = moments("two people", shot)[0]
    assert best.span == (20, 80) and set(best.track_ids) == {1, 2, 3}  # three for half a second
    apart = at_beach(person(1, 0, 40), person(2, 20, 80), person(3, 60, 95))
    assert {m.span for m in moments("two people", apart)[:2]} == {(20, 40), (60, 80)}


def test_one_person_is_not_two() -> None:
    two = at_beach(person(1, 0, 100), person(2, 0, 98))  # alone for too short to be believed
    three = at_beach(*(person(pk, 0, 100) for pk in (3, 4, 5)), pk=2)
    one = at_beach(person(6, 0, 100), pk=3)
    for vectors in ((), (all_alike(one, two, three),)):
        found = moments("one person", three, two, one, vectors=vectors)
        assert found[0].shot_id == 3
    assert [m.shot_id for m in found] == [3, 1, 2]


def test_one_fewer_than_asked_may_be_a_miss_and_one_more_is_less_likely() -> None:
    shots = [at_beach(*(person(10 * n + i, 0, 100) for i in range(n)), pk=n) for n in (1, 2, 3, 4)]
    found = moments("two people", *shots, vectors=(all_alike(*shots),))
    assert [m.shot_id for m in found] == [2, 1, 3, 4]


def test_who_is_known_to_be_another_is_not_counted() -> None:
    woman, man = {"gender": (("woman", 0.9),)}, {"gender": (("man", 0.9),)}
    shot = at_beach(
        person(1, 0, 100, attributes=woman),
        person(2, 30, 90, attributes=woman),
        person(3, 0, 100, attributes=man),
    )
    best = moments("two women", shot)[0]
    assert best.span == (30, 90) and set(best.track_ids) == {1, 2}


def test_things_are_counted_as_people_are() -> None:
    dogs = [TrackFacts(pk, "dog", start, 100, 0.9) for pk, start in ((1, 0), (2, 60))]
    shot = at_beach(*dogs)
    assert moments("two dogs", shot)[0].span == (60, 100)


@given(st.lists(SPAN, max_size=8), st.integers(1, 4), st.integers(0, 2))
def test_a_count_holds_where_as_many_spans_overlap(
    spans: list[tuple[int, int]], least: int, more: int
) -> None:
    """In seconds per pts nothing is brief, so that no run is joined or left out."""
    asked = Count(least, least + more)
    counted = count_over(asked, spans, Fraction(1))
    seen = {p: sum(a <= p < b for a, b in spans) for p in range(151)}
    assert {p for a, b in counted.runs for p in range(a, b)} == {
        p for p, n in seen.items() if asked.agrees(n)
    }
    assert -1 <= counted.belief <= counted.strength <= 1
    assert sorted(set(seen.values()) - {0}) == sorted({n for _, n in numbers_at_once(spans)})


@given(st.lists(SPAN, min_size=1, max_size=8), st.integers(1, 4), st.integers(1, 30))
def test_runs_of_a_count_are_in_order_and_apart(
    spans: list[tuple[int, int]], asked: int, rate: int
) -> None:
    counted = count_over(Count(asked, asked), spans, Fraction(1, rate))
    assert all(b - a > 0 for a, b in counted.runs)
    assert all(nxt[0] - one[1] >= counted.brief for one, nxt in pairwise(counted.runs))
