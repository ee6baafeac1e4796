"""The picture of a moment shows who was asked for."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from search.ranking.posters import Frames, best_poster
from tests.search.made_facts import SPAN

SECOND = Fraction(1, 10)
SHOT = Frames(((1, 5), (2, 45), (3, 90)), SECOND)
CROPS = st.lists(st.tuples(st.integers(0, 99), st.floats(0.05, 1)), min_size=1, max_size=4)


def test_it_is_near_the_best_view_not_where_the_whole_is_alike() -> None:
    assert best_poster(SHOT, (0, 100), [[(48, 0.9), (4, 0.2)]], fallback=1) == 2


def test_it_shows_both_where_two_are_asked_for() -> None:
    one, other = [(88, 0.9), (44, 0.7)], [(46, 0.8)]
    assert best_poster(SHOT, (0, 100), [one], fallback=1) == 3
    assert best_poster(SHOT, (0, 100), [one, other], fallback=1) == 2


def test_crops_of_another_time_do_not_count() -> None:
    assert best_poster(SHOT, (0, 30), [[(10, 0.2), (89, 0.9)]], fallback=2) == 1


def test_without_crops_it_stays_what_it_was() -> None:
    assert best_poster(SHOT, (0, 100), [], fallback=3) == 3
    assert best_poster(Frames((), SECOND), (0, 100), [[(4, 0.5)]], fallback=None) is None


@given(SPAN, st.lists(CROPS, max_size=3), st.sampled_from([1, 2, 3]))
def test_it_lies_inside_the_moment_if_any_keyframe_does(
    span: tuple[int, int], crops: list[list[tuple[int, float]]], fallback: int
) -> None:
    times = dict(SHOT.keyframes)
    inside = {pk for pk, pts in times.items() if span[0] <= pts < span[1]}
    found = best_poster(SHOT, span, crops, fallback)
    assert found in (inside or times) or (not crops and found == fallback)
