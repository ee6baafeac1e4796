"""Who is with whom, against chance."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.engine.company import Bond, Presence, bonds

OCCASIONS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 12), st.integers(0, 2)), max_size=60
)


def presences(rows: list[tuple[int, int, int]]) -> list[Presence]:
    """(who, occasion, place); an occasion has one place."""
    return [Presence(who, (occasion, place), place) for who, occasion, place in rows]


def bond_of(found: list[Bond], first: int, second: int) -> Bond:
    [bond] = [b for b in found if (b.first, b.second) == (first, second)]
    return bond


@given(OCCASIONS)
def test_counts_are_those_of_counting(rows: list[tuple[int, int, int]]) -> None:
    been: dict[int, set[object]] = {}
    for presence in presences(rows):
        been.setdefault(presence.who, set()).add(presence.occasion)
    found = {(b.first, b.second): b.times for b in bonds(presences(rows))}
    wanted = {
        (a, b): len(been[a] & been[b]) for a in been for b in been if a < b and been[a] & been[b]
    }
    assert found == wanted


@given(OCCASIONS)
def test_chance_is_possible_and_the_score_has_its_sign(rows: list[tuple[int, int, int]]) -> None:
    for bond in bonds(presences(rows) * 2):  # twice the same says nothing new
        assert 0 < bond.expected < len(rows) + 1
        assert math.isfinite(bond.score)
        assert bond.score == 0 or (bond.score > 0) == (bond.times > bond.expected)


def test_friends_are_more_than_chance_and_strangers_are_not() -> None:
    rows = [(who, n, 0) for n in range(10) for who in (1, 2)]  # always together
    rows += [(3, n, 0) for n in range(5, 45)]  # everywhere
    found = bonds(presences(rows))
    friends, strangers = bond_of(found, 1, 2), bond_of(found, 1, 3)
    assert found[0] == friends
    assert (friends.times, friends.is_more) == (10, True)
    assert friends.ratio == pytest.approx(10 / (10 * 10 / 45))
    # 5 of 10 where 10 · 40 / 45 = 8.9 were expected.
    assert strangers.is_less and strangers.expected == pytest.approx(10 * 40 / 45)


def test_the_score_is_that_of_a_table_by_hand() -> None:
    """Mantel–Haenszel of one table: 3 together of 4 and 5 in 10: variance 4·5·6·5 / (100·9)."""
    rows = [(1, n, 0) for n in range(4)] + [(2, n, 0) for n in range(1, 6)]
    rows += [(3, n, 0) for n in range(6, 10)]
    bond = bond_of(bonds(presences(rows)), 1, 2)
    assert bond.expected == pytest.approx(2.0)
    assert bond.score == pytest.approx((3 - 2) / math.sqrt(4 * 5 * 6 * 5 / (100 * 9)))


def test_one_busy_place_makes_nobody_friends() -> None:
    """Both are only ever at the gate, each at half of its occasions; others are elsewhere."""
    rows = [(1, n, 0) for n in range(20)] + [(2, n, 0) for n in range(10, 30)]
    rows += [(3, n, 0) for n in range(30, 40)]
    rows += [(4, n, 1) for n in range(100, 300)]
    bond = bond_of(bonds(presences(rows)), 1, 2)
    assert bond.times == bond.expected == 10
    assert bond.score == 0


def test_who_is_always_there_says_nothing() -> None:
    rows = [(1, n, 0) for n in range(9)] + [(2, n, 0) for n in range(4)]
    assert bonds(presences(rows))[0].score == 0


def test_crowds_are_no_company_and_nobody_is_nothing() -> None:
    assert bonds([]) == []
    assert bonds([Presence(n, 0, 0) for n in range(201)]) == []
    assert len(bonds([Presence(n, 0, 0) for n in range(50)])) == 50 * 49 / 2
