"""Which camera comes next, and when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.engine.context import Sighting
from recognition.engine.passages import (
    AWAY,
    STAYS_S,
    Passages,
    Step,
    Visit,
    steps_of,
    visits_of,
)

STEPS = st.lists(
    st.builds(
        lambda a, b, gap: Step(a, b, None if b == AWAY else gap),
        st.integers(1, 4),
        st.integers(-1, 4).filter(bool),
        st.floats(1, 600),
    ),
    min_size=1,
    max_size=60,
)


def seen(who: int, camera: int | None, at: float | None, stay: float = 10) -> tuple[int, Sighting]:
    return who, Sighting(1, 0.0, stay, camera, at)


@given(STEPS, st.integers(1, 6), st.floats(0, 5000))
def test_guesses_add_up_to_one_and_none_is_impossible(
    steps: list[Step], camera: int, unseen_s: float
) -> None:
    learned = Passages.from_steps(steps, range(1, 5))
    found = learned.next_after(camera, unseen_s)
    assert sum(guess.probability for guess in found) == pytest.approx(1)
    assert [g.probability for g in found] == sorted((g.probability for g in found), reverse=True)
    assert {guess.camera for guess in found} == {AWAY, 1, 2, 3, 4}
    assert all(guess.probability > 0 for guess in learned.next_after(camera))


@given(STEPS)
def test_shares_lie_between_what_was_seen_and_the_base(steps: list[Step]) -> None:
    learned = Passages.from_steps(steps, range(1, 5))
    assert sum(learned.base.values()) == pytest.approx(1)
    for (source, target), count in learned.counts.items():
        ends = sorted((count / learned.left(source), learned.base[target]))
        assert ends[0] - 1e-9 <= learned.share(source, target) <= ends[1] + 1e-9


@given(STEPS, st.floats(0, 300), st.floats(1, 300))
def test_the_longer_nobody_is_seen_the_likelier_they_are_away(
    steps: list[Step], first: float, more: float
) -> None:
    learned = Passages.from_steps(steps, range(1, 5))

    def away(unseen_s: float) -> float:
        return {g.camera: g.probability for g in learned.next_after(1, unseen_s)}[AWAY]

    assert away(first + more) >= away(first) - 1e-9


def test_what_is_seen_often_is_learned() -> None:
    steps = [Step(1, 2, 60.0)] * 80 + [Step(1, 3, 300.0)] * 20 + [Step(2, AWAY, None)] * 30
    learned = Passages.from_steps(steps, [1, 2, 3])
    first, second, *_ = learned.next_after(1)
    assert (first.camera, second.camera) == (2, 3)
    assert first.probability == pytest.approx(0.8, abs=0.02)
    assert first.usual_s == pytest.approx(60, rel=0.05)
    # After three minutes the one-minute way is past; the five-minute way is not.
    assert learned.next_after(1, 180)[0].camera == 3
    assert learned.next_after(1, 5000)[0].camera == AWAY


def test_a_camera_that_nobody_left_goes_where_all_go() -> None:
    learned = Passages.from_steps([Step(1, 2, 60.0)] * 9, [1, 2, 3])
    guesses = {g.camera: g.probability for g in learned.next_after(3)}
    assert guesses[2] == pytest.approx(learned.base[2]) and guesses[2] > guesses[1]
    assert Passages.learn([], [1, 2]).next_after(1) == []


def test_sightings_make_visits() -> None:
    rows = [
        seen(1, 5, 0), seen(1, 5, 10 + STAYS_S), seen(1, 5, 500), seen(1, 6, 600),
        seen(2, 6, 5), seen(1, None, 7), seen(1, 6, None),
    ]  # fmt: skip
    assert visits_of(rows) == [
        Visit(1, 5, 0, 20 + STAYS_S), Visit(1, 5, 500, 510), Visit(1, 6, 600, 610),
        Visit(2, 6, 5, 15),
    ]  # fmt: skip


def test_visits_make_steps() -> None:
    visits = [Visit(1, 5, 0, 10), Visit(1, 6, 70, 80), Visit(1, 5, 9000, 9010)]
    known = steps_of(visits, away_s=600, until_s=20_000)
    assert known == [Step(5, 6, 60), Step(6, AWAY, None), Step(5, AWAY, None)]
    # Nobody can know yet whether who was seen last a minute ago is away.
    assert steps_of(visits, away_s=600, until_s=9100) == known[:2]


def test_two_cameras_at_once_are_no_way_between_them() -> None:
    visits = [Visit(1, 5, 0, 10), Visit(1, 6, 4, 12), Visit(1, 7, 40, 50)]
    assert steps_of(visits, away_s=600, until_s=60) == [Step(6, 7, 28)]
