"""People are corrected in a browser: by drag, by key, by ticks over a range, and taken back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.urls import reverse
from pgvector import HalfVector
from playwright.sync_api import Page, expect

from ingest import storage
from ingest.models import Library
from recognition.models import Encoder, Identity, Track, TrackEmbedding
from recognition.networks import network_infos
from tests.factories import make_asset, make_crop, make_identity, make_track, write_picture

pytestmark = pytest.mark.django_db(transaction=True)


def make_person(library: Library, tracks: int, **fields: Any) -> Identity:
    person = make_identity(library, **fields)
    for _ in range(tracks):
        shot = make_asset(library, shots=1).shots.get()
        for keyframe in shot.keyframes.all():
            write_picture(storage.derived_path(keyframe.image_key), (320, 180))
        make_crop(make_track(shot, identity=person), files=True)
    return person


def count(person: Identity) -> int:
    return person.tracks.count()


def test_one_person_is_dragged_onto_another_and_back(page: Page, library: Library) -> None:
    ada, stray = make_person(library, 2, name="Ada"), make_person(library, 1, number=4)
    page.goto(reverse("recognition:people"))
    page.drag_and_drop(f'[data-person="{stray.pk}"]', f'[data-person="{ada.pk}"]')
    expect(page.get_by_text("They are all Ada now.")).to_be_visible()
    assert count(ada) == 3
    page.keyboard.press("u")
    expect(page.get_by_text("Undone: merged others into Ada.")).to_be_visible()
    assert (count(ada), count(stray)) == (2, 1)
    page.keyboard.press("y")
    expect(page.get_by_text("Done again")).to_be_visible()
    assert count(ada) == 3


def test_people_are_ticked_over_a_range_and_merged_by_key(page: Page, library: Library) -> None:
    people = [make_person(library, 5 - n, number=n + 1) for n in range(4)]
    page.goto(reverse("recognition:people"))
    picks = [page.locator(f'[data-person="{p.pk}"] [data-pick]') for p in people]
    picks[0].click()
    picks[2].click(modifiers=["Shift"])
    expect(page.locator("[data-count]")).to_have_text("3 chosen")
    page.keyboard.press("m")
    expect(page.get_by_text("They are all Person 1 now.")).to_be_visible()
    assert [count(person) for person in people] == [12, 0, 0, 2]


def test_ticks_are_made_with_the_keyboard_alone(page: Page, library: Library) -> None:
    one, two = (make_person(library, 3 - n, number=n + 1) for n in range(2))
    page.goto(reverse("recognition:people"))
    for person in (one, two):
        page.locator(f'[data-person="{person.pk}"] .person__name a').focus()
        page.keyboard.press("x")
    page.keyboard.press("n")
    expect(page.get_by_text("Person 1 and the other are not the same.")).to_be_visible()
    assert (count(one), count(two)) == (3, 2)


def test_appearances_are_split_off_and_taken_out(page: Page, library: Library) -> None:
    ada = make_person(library, 4, name="Ada")
    page.goto(reverse("recognition:identity", args=[ada.pk]))
    page.locator(".appearances [data-pick]").nth(0).check()
    page.locator(".appearances [data-pick]").nth(1).check()
    page.keyboard.press("s")
    expect(page.get_by_text("was split off from Ada.")).to_be_visible()
    assert count(ada) == 2
    page.goto(reverse("recognition:identity", args=[ada.pk]))
    page.locator(".appearances [data-pick]").nth(0).check()
    page.keyboard.press("t")
    expect(page.get_by_text("1 appearance was taken out of Ada.")).to_be_visible()
    assert count(ada) == 1
    page.get_by_role("button", name="Undo u").click()
    expect(page.get_by_text("Undone: took appearances out of Ada.")).to_be_visible()
    assert count(ada) == 2


def make_encoder() -> Encoder:
    """The person encoder at work."""
    [info] = [info for info in network_infos() if info.role == "person"]
    return Encoder.objects.create(
        name=info.name,
        space=Encoder.Space.PERSON,
        fingerprint=info.fingerprint,
        dimension=info.dimension,
    )


def look(encoder: Encoder, track: Track, axis: int) -> None:
    """What a track looks like: one of the axes of the vectors."""
    row = HalfVector(np.eye(encoder.dimension, dtype=np.float32)[axis])
    TrackEmbedding.objects.create(track=track, encoder=encoder, vector=row, quality=0.8)


def test_a_person_is_confirmed_hidden_and_given_a_picture(page: Page, library: Library) -> None:
    ada = make_person(library, 2, name="Ada")
    page.goto(reverse("recognition:identity", args=[ada.pk]))
    page.keyboard.press("c")
    expect(page.get_by_text("Confirmed by a person")).to_be_visible()
    page.get_by_role("button", name="Use as picture").first.click()
    expect(
        page.get_by_text("Picture", exact=True).or_(page.get_by_role("status")).first
    ).to_be_visible()
    ada.refresh_from_db()
    assert ada.is_locked
    assert ada.cover is not None
    page.keyboard.press("h")
    expect(page.get_by_role("button", name="Show")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("Undone: hid Ada.")).to_be_visible()
    ada.refresh_from_db()
    assert not ada.is_hidden


def test_what_is_doubtful_is_settled_by_keys(page: Page, library: Library) -> None:
    encoder = make_encoder()
    one, two, mixed, sure = (make_person(library, 2, number=n + 1) for n in range(4))
    for person in (one, two):
        for track in person.tracks.all():
            look(encoder, track, 0)
    for person, axis in ((mixed, 2), (sure, 6)):
        for place, track in enumerate(person.tracks.all()):
            look(encoder, track, axis + place)
        person.tracks.update(identity_similarity=0.1 * axis)
    page.goto(reverse("recognition:review"))
    page.keyboard.press("m")
    expect(page.get_by_text("They are all Person 1 now.")).to_be_visible()
    assert (count(one), count(two)) == (4, 0)
    page.keyboard.press("s")
    expect(page.get_by_text("was split off from Person 3.")).to_be_visible()
    assert count(mixed) == 1
    page.keyboard.press("c")
    expect(page.get_by_role("heading", name="Nothing to look at")).to_be_visible()
    sure.refresh_from_db()
    assert sure.is_locked


def test_look_alikes_are_accepted_and_refused(page: Page, library: Library) -> None:
    encoder = make_encoder()
    ada, other = make_person(library, 1, name="Ada"), make_person(library, 3)
    row = HalfVector(np.eye(1, encoder.dimension, dtype=np.float32)[0])
    for track in Track.objects.all():
        TrackEmbedding.objects.create(track=track, encoder=encoder, vector=row, quality=0.8)
    page.goto(reverse("recognition:identity", args=[ada.pk]))
    expect(page.get_by_text("These 3, too?")).to_be_visible()
    page.get_by_role("button", name="No, this is somebody else").first.click()
    expect(page.get_by_text("Remembered: 1 appearance is not Ada.")).to_be_visible()
    expect(page.get_by_text("These 2, too?")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_text("2 appearances were added to Ada.")).to_be_visible()
    assert (count(ada), count(other)) == (3, 1)


def test_pages_work_without_javascript(make_page: Any, owner: Any, library: Library) -> None:
    one, two = make_person(library, 2, name="Ada"), make_person(library, 1)
    page = make_page(owner, java_script_enabled=False)
    page.goto(reverse("recognition:people"))
    for person in (one, two):
        page.locator(f'input[name="people"][value="{person.pk}"]').check()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_text("They are all Ada now.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: merged others into Ada.")).to_be_visible()
