"""Orders, alternatives and lengths, from question to moment."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ingest.models import Asset
from recognition.models import Encoder
from search.finder import find
from search.ranking.facts import ShotFacts
from search.ranking.moments import Moment
from search.ranking.sequences import GAP_S, in_order
from tests.factories import make_asset, make_identity, make_keyframe, make_library, make_track
from tests.search.made import make_film, see_person, show

SHOTS = {
    1: ShotFacts(1, 10, 0, 100, keyframes=((5, 10), (6, 60)), time_base=Fraction(1)),
    2: ShotFacts(2, 10, 100, 200, keyframes=((7, 150),), time_base=Fraction(1)),
    3: ShotFacts(3, 10, 400, 500, keyframes=((8, 450),), time_base=Fraction(1)),
}


def moment(
    shot: int, keyframe: int, span: tuple[int, int], track_ids: tuple[int, ...] = ()
) -> Moment:
    return Moment(
        asset_id=10,
        shot_id=shot,
        start_pts=span[0],
        end_pts=span[1],
        score=0.8,
        keyframe_id=keyframe,
        track_ids=track_ids,
        last_shot_id=shot,
        last_keyframe_id=keyframe,
    )


def test_one_after_the_other_within_a_shot() -> None:
    first, second = moment(1, 5, (0, 40)), moment(1, 6, (40, 100))
    (found,) = in_order([[first], [second]], SHOTS, "")
    assert (found.start_pts, found.end_pts, found.score) == (0, 100, 0.8)
    assert in_order([[second], [first]], SHOTS, "") == []


def test_over_shots_within_a_minute() -> None:
    first, soon, late = moment(1, 5, (0, 100)), moment(2, 7, (100, 200)), moment(3, 8, (400, 500))
    (found,) = in_order([[first], [soon]], SHOTS, "")
    assert (found.shot_id, found.last_shot_id, found.end_pts) == (1, 2, 200)
    assert late.start_pts - first.end_pts > GAP_S
    assert in_order([[first], [late]], SHOTS, "") == []
    assert in_order([[soon], [first]], SHOTS, "") == []


def test_what_cannot_be_told_counts_less_and_says_so() -> None:
    (found,) = in_order([[moment(1, 5, (0, 50))], [moment(1, 5, (0, 50))]], SHOTS, "q")
    assert found.score == 0.4
    assert "not seen" in found.why[-1].reason.words


def test_another_track_counts_less() -> None:
    first = moment(1, 5, (0, 50), track_ids=(1,))
    same, other = (moment(1, 6, (50, 100), track_ids=(pk,)) for pk in (1, 2))
    (found,) = in_order([[first], [other, same]], SHOTS, "")
    assert (found.track_ids, found.score) == ((1,), 0.8)


def filmed(encoder: Encoder, *looks: str) -> Asset:
    """An asset of one shot with a keyframe for each look, in order."""
    asset = make_asset(make_library(), shots=1, name=" then ".join(looks))
    shot = asset.shots.get()
    shot.keyframes.all().delete()
    step = (shot.end_pts - shot.start_pts) // len(looks)
    for i, words in enumerate(looks):
        show(make_keyframe(shot, pts=shot.start_pts + i * step + 1), encoder, words)
    return asset


@pytest.mark.django_db
def test_the_order_decides(encoder: Encoder) -> None:
    filmed(encoder, "beach", "street", "kitchen")
    filmed(encoder, "street", "beach", "kitchen")
    result = find("beach, then street", user=None)
    best = result.moments[0]
    assert best.asset.name.startswith("beach then street")
    assert all(m.moment.score < best.moment.score for m in result.moments[1:])
    assert "one after the other" in {why.reason.words for why in best.why}


@pytest.mark.django_db
def test_any_of_the_alternatives_will_do(encoder: Encoder) -> None:
    library = make_library()
    for label in ("dog", "cat", "horse"):
        asset = make_film(library, encoder, "kitchen", name=label)
        make_track(asset.shots.get(), label=label)
    found = [m for m in find("a dog or a cat", user=None).moments if m.moment.track_ids]
    assert {m.asset.name for m in found} == {"dog", "cat"}
    anna, ben = (make_identity(library, name=name) for name in ("Anna", "Ben"))
    for who in (anna, ben):
        see_person(make_film(library, encoder, "street", name=who.name).shots.get(), identity=who)
    assert {m.asset.name for m in find("Anna or Ben", user=None).moments} == {"Anna", "Ben"}
    assert find("Anna and Ben", user=None).moments == ()


@pytest.mark.django_db
def test_clothes_of_someone_named_are_on_their_own_track(encoder: Encoder) -> None:
    library = make_library()
    anna = make_identity(library, name="Anna")
    for name, own, others in (("hers", "red", "blue"), ("another", "blue", "red")):
        shot = make_film(library, encoder, "street", name=name).shots.get()
        see_person(shot, identity=anna, readings=[("upper_colour", own)])
        see_person(shot, readings=[("upper_colour", others)])
    found = find("Anna in a red coat", user=None).moments
    scores = {m.asset.name: m.moment.score for m in reversed(found)}
    assert scores["hers"] > scores["another"]


@pytest.mark.django_db
def test_moments_last_as_long_as_was_asked(encoder: Encoder) -> None:
    asset = make_film(make_library(), encoder, "beach", name="beach")
    shot = asset.shots.get()
    seconds = float((shot.end_pts - shot.start_pts) * asset.time_base)
    assert find(f"beach longer than {int(seconds) + 1} seconds", user=None).moments == ()
    assert find(f"beach shorter than {int(seconds) + 1} seconds", user=None).moments
    assert find("beach longer than half a second", user=None).moments
