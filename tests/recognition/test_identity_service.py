"""What people say about identities: logged, locking, refused in a sentence."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection

from ingest.errors import NotAllowed
from ingest.models import Library, Role
from recognition.errors import CoverRefused, NameRefused, NameTaken, RecognitionError
from recognition.models import Identity, IdentityEdit
from recognition.services import identities as service
from tests.factories import (
    add_member,
    make_asset,
    make_crop,
    make_identity,
    make_library,
    make_track,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return make_user("olga")


@pytest.fixture
def library(owner: User) -> Library:
    return make_library(owner=owner)


def test_a_rename_is_logged_and_locks(library: Library, owner: User) -> None:
    person = make_identity(library)
    service.rename(identity=person, user=owner, name=" Zoe\u0301  Smith\n")
    person.refresh_from_db()
    assert person.name == "Zo\u00e9 Smith"
    assert person.is_locked
    edit = person.edits.get()
    assert (edit.kind, edit.user) == ("rename", owner)
    assert (edit.before, edit.after) == ({"name": ""}, {"name": "Zo\u00e9 Smith"})


def test_saying_the_same_again_is_no_edit(library: Library, owner: User) -> None:
    person = make_identity(library)
    for _ in range(2):
        service.rename(identity=person, user=owner, name="Zoe")
        service.hide(identity=person, user=owner)
    assert [edit.kind for edit in person.edits.all()] == ["hide", "rename"]


def test_hide_and_show(library: Library, owner: User) -> None:
    person = make_identity(library)
    assert service.hide(identity=person, user=owner).is_hidden
    assert not service.show(identity=person, user=owner).is_hidden
    assert [edit.kind for edit in person.edits.all()] == ["show", "hide"]


def test_a_name_can_be_taken_away(library: Library, owner: User) -> None:
    person = make_identity(library, name="Zoe", number=4)
    found = service.rename(identity=person, user=owner, name="  ")
    assert found.display_name == "Person 4"
    assert found.is_locked


def test_a_name_is_given_once_per_library(library: Library, owner: User) -> None:
    zoe = make_identity(library, name="Zoe", number=4, is_hidden=True)
    with pytest.raises(NameTaken, match="person 4 of this library, who is hidden") as refused:
        service.rename(identity=make_identity(library), user=owner, name="ZOE")
    assert refused.value.identity_id == zoe.pk
    other = make_library(owner=owner)
    service.rename(identity=make_identity(other), user=owner, name="Zoe")
    service.rename(identity=zoe, user=owner, name="zoe")


@pytest.mark.parametrize("name", ["x" * 121, "a\x00b", "a\x1bb", "\ud800"])
def test_impossible_names_are_refused(library: Library, owner: User, name: str) -> None:
    person = make_identity(library)
    with pytest.raises(NameRefused):
        service.rename(identity=person, user=owner, name=name)
    person.refresh_from_db()
    assert not person.is_locked


@pytest.mark.parametrize("role", [Role.VIEWER, None])
def test_only_owner_and_editor_may(library: Library, role: Role | None) -> None:
    user, person = make_user(), make_identity(library)
    if role:
        add_member(library, user, role)
    crop = make_crop(make_track(make_asset(library).shots.all()[0], identity=person))
    changes: tuple[Callable[[], object], ...] = (
        lambda: service.rename(identity=person, user=user, name="Zoe"),
        lambda: service.hide(identity=person, user=user),
        lambda: service.show(identity=person, user=user),
        lambda: service.choose_cover(identity=person, user=user, crop=crop),
        lambda: service.edit(identity=person, user=user, name="Zoe", is_hidden=True),
        lambda: service.edit(identity=person, user=user),
    )
    for change in changes:
        with pytest.raises(NotAllowed):
            change()
    assert not IdentityEdit.objects.exists()


def test_both_edits_or_neither(library: Library, owner: User) -> None:
    make_identity(library, name="Zoe")
    person = make_identity(library)
    with pytest.raises(NameTaken):
        service.edit(identity=person, user=owner, name="Zoe", is_hidden=True)
    person.refresh_from_db()
    assert not person.is_hidden
    assert not person.edits.exists()


def test_a_cover_shows_the_person(library: Library, owner: User) -> None:
    person, other = make_identity(library), make_identity(library)
    shot = make_asset(library).shots.all()[0]
    mine, theirs = (make_crop(make_track(shot, identity=who)) for who in (person, other))
    assert service.choose_cover(identity=person, user=owner, crop=mine).cover == mine
    with pytest.raises(CoverRefused):
        service.choose_cover(identity=person, user=owner, crop=theirs)


@pytest.mark.django_db(transaction=True)
def test_one_of_two_who_give_a_name_at_once_is_told() -> None:
    owner = make_user()
    library = make_library(owner=owner)
    people = [make_identity(library), make_identity(library)]
    told: list[str] = []
    start = threading.Barrier(2)

    def give(person: Identity) -> None:
        start.wait()
        try:
            service.rename(identity=person, user=owner, name="Zoe")
        except RecognitionError as error:
            told.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=give, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Identity.objects.filter(name="Zoe").count() == 1
    assert len(told) == 1
    assert "already the name of person" in told[0]
