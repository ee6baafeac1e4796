"""The switch of identity recognition: off means no vector, no identity; on again brings both."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from ingest import pipeline
from ingest.errors import NotAllowed
from ingest.models import AuditEntry, Library, StageRun
from ingest.services.assets import add_file
from recognition.errors import ReasonMissing
from recognition.models import CropEmbedding, Identity, Track, TrackEmbedding
from recognition.selectors import identities_for
from recognition.services import identities
from recognition.services.recognition_switch import switch_recognition
from search.finder import find
from search.ranking.filters import Filters
from tests import factories, fakes
from tests.films import Person, Scene, Way, make_film


@pytest.fixture
def owner(transactional_db: None) -> User:
    return factories.make_user("anna")


@pytest.fixture
def library(owner: User, tmp_path: Path) -> Library:
    """With a film in which two people walk, indexed."""
    library = factories.make_library(owner=owner, name="Harbour")
    film = tmp_path / "walk.mp4"
    ways = (Way(Person("ada", coat="red")),)
    make_film(film, [Scene("beach", ways=ways), Scene("street", ways=ways)])
    with fakes.install():
        added = add_file(library=library, path=film, name="walk.mp4", user=owner, in_place=True)
        assert added.asset is not None
        pipeline.run_asset(added.asset.pk)
    return library


def run_all(library: Library) -> None:
    with fakes.install():
        for asset in library.assets.all():
            pipeline.run_asset(asset.pk)


@pytest.mark.slow
def test_off_erases_and_on_brings_back(library: Library, owner: User) -> None:
    assert TrackEmbedding.objects.exists()
    identity = Identity.objects.filter(library=library).order_by("number").first()
    assert identity is not None
    identities.rename(identity=identity, user=owner, name="Ada")
    detected = StageRun.objects.get(stage="recognition.stages.tracks")

    with fakes.install():
        switch_recognition(library=library, user=owner, is_on=False, reason="Asked to.")
        assert not TrackEmbedding.objects.exists()
        run_all(library)
        assert not TrackEmbedding.objects.exists()
        assert CropEmbedding.objects.exists()  # finding by words goes on
        assert not identities_for(owner).exists()
        found = find("", user=owner, filters=Filters(identity=(identity.pk,)))
        assert found.moments == ()
        assert all(not moment.people for moment in find("", user=owner).moments)

        switch_recognition(library=library, user=owner, is_on=True, reason="Consent was given.")
        run_all(library)
        assert TrackEmbedding.objects.exists()
    assert identities_for(owner).get(name="Ada").tracks.exists()
    same = StageRun.objects.get(stage="recognition.stages.tracks")
    assert (same.pk, same.attempts) == (detected.pk, detected.attempts)  # only what must, ran
    entries = AuditEntry.objects.filter(verb="switched").order_by("id")
    assert [entry.detail["is_on"] for entry in entries] == [False, True]
    assert entries[0].detail["reason"] == "Asked to."


@pytest.mark.django_db
def test_erasing_people_too_takes_their_names(owner: User) -> None:
    library = factories.make_library(owner=owner)
    asset = factories.make_asset(library)
    ada = factories.make_identity(library, name="Ada", is_locked=True)
    track = factories.make_track(asset.shots.get(ordinal=0), identity=ada)
    with fakes.install():
        switch_recognition(
            library=library, user=owner, is_on=False, reason="Asked to.", erase_people=True
        )
    assert not Identity.objects.exists()
    assert Track.objects.get(pk=track.pk).identity is None


@pytest.mark.django_db
def test_it_wants_a_reason_and_an_owner(owner: User) -> None:
    library = factories.make_library(owner=owner)
    with pytest.raises(ReasonMissing):
        switch_recognition(library=library, user=owner, is_on=False, reason="  ")
    editor = factories.make_user()
    factories.add_member(library, editor, "editor")
    with pytest.raises(NotAllowed):
        switch_recognition(library=library, user=editor, is_on=False, reason="Why not.")
    library.refresh_from_db()
    assert library.recognises_people


@pytest.mark.django_db
def test_a_new_library_recognises_nobody_unless_told_why(client: Client, owner: User) -> None:
    client.force_login(owner)
    client.post("/libraries/new", {"name": "Quiet"})
    assert not Library.objects.get(name="Quiet").recognises_people
    refused = client.post("/libraries/new", {"name": "Loud", "recognises_people": "on"})
    assert refused.status_code == 422
    client.post("/libraries/new", {"name": "Told", "recognises_people": "on", "reason": "Actors."})
    told = Library.objects.get(name="Told")
    assert (told.recognises_people, told.recognition_reason) == (True, "Actors.")
    assert told.recognition_set_by == owner


@pytest.mark.django_db
def test_the_page_for_each_role(client: Client, owner: User) -> None:
    library = factories.make_library(owner=owner)
    viewer, outsider = factories.make_user(), factories.make_user()
    factories.add_member(library, viewer)
    address = f"/libraries/{library.slug}/privacy"
    off = {"reason": "Asked to."}
    for user, seen, done in ((outsider, 404, 404), (viewer, 200, 403), (owner, 200, 302)):
        client.force_login(user)
        assert client.get(address).status_code == seen
        with fakes.install():
            assert client.post(f"{address}/switch", off).status_code == done
        assert client.post(f"{address}/retention", {"days": "30"}).status_code == done
    library.refresh_from_db()
    assert (library.recognises_people, library.retention_days) == (False, 30)
