"""What users of other products ask their makers for, about people: each is true here.

Named after the issue in which it was asked for, where there is one.
"""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from ingest.models import Asset, Library
from recognition.engine.embedding import unit
from recognition.models import Encoder, Identity, Track, TrackEmbedding
from recognition.seeing.grouping import make_plan
from recognition.services import groups, identities
from tests.factories import make_asset, make_camera, make_library, make_user
from tests.recognition.test_grouping import DIMENSION, SAME, fact, looks
from tests.recognition.test_library_state import regroup, see

pytestmark = pytest.mark.django_db


@pytest.fixture
def encoder() -> Encoder:
    return Encoder.objects.create(
        name="test", space=Encoder.Space.PERSON, fingerprint="f", dimension=8
    )


@pytest.fixture
def owner() -> User:
    return make_user("olga")


@pytest.fixture
def library(owner: User) -> Library:
    return make_library(owner=owner)


def film(library: Library, encoder: Encoder, *who: int) -> list[Track]:
    """One more asset of a camera of its own, with one track after the other; grouped."""
    number = library.assets.count()
    asset = make_asset(library, shots=1, camera=make_camera(library, f"Camera {number}"))
    starts = count(0, 20)
    tracks = [
        see(asset, encoder, one, start_pts=start, end_pts=start + 10)
        for one, start in zip(who, starts, strict=False)
    ]
    regroup(asset, encoder)
    return tracks


def shown(track: Track) -> Identity:
    track.refresh_from_db()
    assert track.identity is not None
    return track.identity


def test_a_name_goes_for_footage_before_and_after(
    library: Library, encoder: Encoder, owner: User
) -> None:
    (first,) = film(library, encoder, 1)
    (second,) = film(library, encoder, 1)
    identities.rename(identity=shown(first), user=owner, name="Ada")
    (third,) = film(library, encoder, 1)
    assert [shown(track).name for track in (first, second, third)] == ["Ada"] * 3


def test_a_manual_assignment_spreads_immich_13217(
    library: Library, encoder: Encoder, owner: User
) -> None:
    """Ada in another coat looks like nobody known; one track of it is said to be her."""
    (known,) = film(library, encoder, 1)
    identities.rename(identity=shown(known), user=owner, name="Ada")
    (coat,), (again,) = film(library, encoder, 4), film(library, encoder, 4)
    assert shown(again).name == ""
    groups.assign(identity=shown(known), tracks=[coat.pk], user=owner)
    (later,) = film(library, encoder, 4)
    assert [shown(track).name for track in (again, later)] == ["Ada", "Ada"]


def test_running_again_destroys_no_manual_work_immich_31507(
    library: Library, encoder: Encoder, owner: User
) -> None:
    ada, ben = film(library, encoder, 1, 2)
    film(library, encoder, 1, 2)
    one, other = shown(ada), shown(ben)
    identities.rename(identity=one, user=owner, name="Ada")
    identities.hide(identity=other, user=owner)
    groups.assign(identity=one, tracks=[ben.pk], user=owner)
    before = list(Track.objects.order_by("pk").values_list("pk", "identity", "assigned_by"))
    TrackEmbedding.objects.filter(track=ada).update(vector=unit(np.eye(8, dtype=np.float32)[7:])[0])
    for asset in Asset.objects.filter(library=library):
        regroup(asset, encoder)
    assert before == list(Track.objects.order_by("pk").values_list("pk", "identity", "assigned_by"))
    other.refresh_from_db()
    assert other.is_hidden


def test_alike_siblings_stay_two_once_somebody_says_so_immich_27995(
    library: Library, encoder: Encoder, owner: User
) -> None:
    (first,), (second,) = film(library, encoder, 1), film(library, encoder, 1)
    together = shown(first)
    assert shown(second) == together
    sibling = groups.split(identity=together, tracks=[second.pk], user=owner, name="Bea")
    film(library, encoder, 3)
    assert shown(second) == sibling != shown(first)


def test_many_are_confirmed_at_once_photoprism_3611(
    library: Library, encoder: Encoder, owner: User
) -> None:
    everyone = {shown(track) for track in film(library, encoder, 1, 2, 3)}
    client = Client()
    client.force_login(owner)
    chosen = [person.pk for person in everyone]
    assert client.post(reverse("recognition:confirm-chosen"), {"people": chosen}).status_code < 400
    assert Identity.objects.filter(pk__in=chosen, is_locked=True).count() == 3


def test_one_who_was_seen_in_two_coats_draws_tracks_in_either() -> None:
    facts = [
        fact(0, asset=0, identity=3, is_fixed=True),
        fact(1, asset=1, identity=3, is_fixed=True),
    ]
    facts += [fact(2, asset=2), fact(3, asset=3), fact(4, asset=4)]
    plan = make_plan(facts, looks(0, 1, 0, 1, 2), same_person=SAME)
    assert {group.identity: set(group.members) for group in plan.groups} == {3: {2, 3}, None: {4}}


def test_one_camera_sees_half_of_a_body_and_it_is_the_same_person_frigate_22921() -> None:
    """Of a body behind a counter a network sees less: still more than of others."""
    whole, other = np.eye(DIMENSION, dtype=np.float32)[:2]
    half = 0.8 * whole + 0.6 * np.eye(DIMENSION, dtype=np.float32)[5]
    facts = [fact(i, asset=i, camera=i) for i in range(4)]
    plan = make_plan(facts, unit(np.stack([whole, whole, half, other])), same_person=SAME)
    assert {frozenset(group.members) for group in plan.groups} == {
        frozenset({0, 1, 2}),
        frozenset({3}),
    }


def test_what_is_nearly_alike_is_left_as_two(library: Library, encoder: Encoder) -> None:
    """Too tight takes merges, too loose cannot be saved (Immich's lesson)."""
    film(library, encoder, 1)
    asset = make_asset(library, shots=1, camera=make_camera(library, "Lawn"))
    near = see(asset, encoder, 2)
    vector = unit((0.53 * np.eye(8)[1] + 0.85 * np.eye(8)[2]).astype(np.float32)[None])[0]
    TrackEmbedding.objects.filter(track=near).update(vector=vector)
    regroup(asset, encoder)
    assert Identity.objects.filter(library=library).count() == 2
