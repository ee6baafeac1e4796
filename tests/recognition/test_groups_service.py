"""Merge, split, assign, unassign, confirm, refuse: what they leave, and taking them back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from ingest.errors import NotAllowed
from ingest.models import AuditEntry, Library, Role
from recognition.errors import EditRefused, NameTaken, UndoBlocked
from recognition.models import Distinction, Identity, IdentityEdit, Track
from recognition.services import groups, history, identities
from recognition.services.distinctions import refusals_in
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


def make_person(library: Library, tracks: int = 2, **fields: Any) -> Identity:
    person = make_identity(library, **fields)
    for _ in range(tracks):
        shot = make_asset(library, shots=1).shots.get()
        make_crop(make_track(shot, identity=person, identity_similarity=0.7))
    return person


def ids(person: Identity) -> list[int]:
    return sorted(person.tracks.values_list("pk", flat=True))


def snapshot(library: Library) -> list[Any]:
    """All that an edit may change."""
    people = Identity.objects.filter(library=library).order_by("pk")
    tracks = Track.objects.filter(asset__library=library).order_by("pk")
    return [
        list(people.values_list("pk", "name", "is_hidden", "is_locked", "cover", "merged_into")),
        list(tracks.values_list("pk", "identity", "assigned_by", "identity_similarity")),
        sorted(refusals_in(library.pk).identities),
        sorted(refusals_in(library.pk).barred),
    ]


def test_a_merge_moves_tracks_and_a_name_and_leaves_no_second_person(
    library: Library, owner: User
) -> None:
    one, two = make_person(library), make_person(library, name="Ada")
    theirs = ids(two)
    found = groups.merge(into=one, others=[two.pk], user=owner)
    two.refresh_from_db()
    assert found.name == "Ada"
    assert found.is_locked
    assert set(theirs) < set(ids(found))
    assert (two.name, two.merged_into_id) == ("", one.pk)
    assert AuditEntry.objects.get().verb == "merged"


def test_merging_twice_is_merging_once(library: Library, owner: User) -> None:
    one, two = make_person(library), make_person(library)
    for _ in range(2):
        groups.merge(into=one, others=[two.pk, one.pk], user=owner)
    assert IdentityEdit.objects.count() == 1


def test_nobody_is_merged_into_who_was_merged_away(library: Library, owner: User) -> None:
    one, two, three = (make_person(library) for _ in range(3))
    groups.merge(into=one, others=[two.pk], user=owner)
    with pytest.raises(EditRefused, match="was merged into"):
        groups.merge(into=two, others=[three.pk], user=owner)


def test_people_of_two_libraries_stay_apart(library: Library, owner: User) -> None:
    other = make_person(make_library(owner=owner))
    with pytest.raises(EditRefused, match="different libraries"):
        groups.merge(into=make_person(library), others=[other.pk], user=owner)


def test_a_split_makes_someone_new_who_is_not_the_old_one(library: Library, owner: User) -> None:
    person = make_person(library, tracks=3)
    kept, *gone = ids(person)
    made = groups.split(identity=person, tracks=gone, user=owner, name="Bo")
    assert ids(made) == gone
    assert ids(person) == [kept]
    assert made.name == "Bo"
    assert set(made.tracks.values_list("assigned_by", flat=True)) == {"human"}
    with pytest.raises(EditRefused, match="not to be the same"):
        groups.merge(into=person, others=[made.pk], user=owner)


def test_a_split_of_everything_or_of_others_is_refused(library: Library, owner: User) -> None:
    person, other = make_person(library), make_person(library, name="Bo")
    for tracks, sentence in (
        (ids(person), "all appearances"),
        (ids(other), "reload"),
        ([], "at least one"),
        ([10**9], "no longer there"),
    ):
        with pytest.raises(EditRefused, match=sentence):
            groups.split(identity=person, tracks=tracks, user=owner)
    with pytest.raises(NameTaken):
        groups.split(identity=person, tracks=ids(person)[:1], user=owner, name="bo")
    assert Identity.objects.count() == 2


def test_an_unassigned_track_is_nobodys_and_not_offered_again(
    library: Library, owner: User
) -> None:
    person = make_person(library)
    track = ids(person)[0]
    for _ in range(2):
        groups.unassign(identity=person, tracks=[track], user=owner)
    found = Track.objects.get(pk=track)
    assert (found.identity, found.assigned_by) == (None, "human")
    assert refusals_in(library.pk).barred == {(track, person.pk)}
    assert IdentityEdit.objects.count() == 1


def test_refusals_and_distinctions_are_kept_once(library: Library, owner: User) -> None:
    one, two = make_person(library), make_person(library)
    for _ in range(2):
        groups.refuse(identity=one, tracks=ids(two), user=owner)
        groups.distinguish(identity=one, others=[two.pk], user=owner)
        groups.distinguish(identity=two, others=[one.pk], user=owner)
    assert Distinction.objects.count() == 3
    found = refusals_in(library.pk)
    assert found.identities == {(one.pk, two.pk)}
    assert found.barred == {(track, one.pk) for track in ids(two)}
    with pytest.raises(EditRefused, match="take them out"):
        groups.refuse(identity=two, tracks=ids(two), user=owner)


def test_who_is_not_the_same_follows_a_merge(library: Library, owner: User) -> None:
    one, two, three = (make_person(library) for _ in range(3))
    groups.distinguish(identity=two, others=[three.pk], user=owner)
    groups.merge(into=one, others=[two.pk], user=owner)
    assert refusals_in(library.pk).identities == {(one.pk, three.pk)}


def _edits(library: Library, user: User) -> dict[str, Callable[[], Identity]]:
    one = make_person(library, tracks=3, name="Ada")
    two, three = make_person(library), make_person(library, name="Cy")
    crop = one.tracks.all()[1].crops.get()
    return {
        "rename": lambda: identities.rename(identity=one, user=user, name="Eve"),
        "hide": lambda: identities.hide(identity=one, user=user, others=[two.pk]),
        "cover": lambda: identities.choose_cover(identity=one, user=user, crop=crop),
        "confirm": lambda: groups.confirm(identity=one, user=user, tracks=ids(one)[:1]),
        "merge": lambda: groups.merge(into=two, others=[one.pk, three.pk], user=user),
        "split": lambda: groups.split(identity=one, tracks=ids(one)[:1], user=user, name="Di"),
        "assign": lambda: groups.assign(identity=one, tracks=ids(two), user=user),
        "unassign": lambda: groups.unassign(identity=one, tracks=ids(one)[:2], user=user),
        "distinguish": lambda: groups.distinguish(identity=one, others=[two.pk], user=user),
        "refuse": lambda: groups.refuse(identity=one, tracks=ids(two), user=user),
    }


@pytest.mark.parametrize("kind", sorted({*IdentityEdit.Kind.values} - {"show"}))
def test_every_edit_is_undone_and_done_again_exactly(
    library: Library, owner: User, kind: str
) -> None:
    act = _edits(library, owner)[kind]
    before = snapshot(library)
    edit = act().last_edit
    assert edit is not None
    assert edit.kind == kind
    after = snapshot(library)
    assert after != before
    history.undo(edit=edit, user=owner)
    undone = snapshot(library)
    if kind == "split":  # the new person stays as a row without tracks or name
        made = undone[0].pop()
        assert made[1:] == ("", False, False, None, None)
    assert undone == before
    for _ in range(2):
        history.redo(edit=edit, user=owner)
    redone = snapshot(library)
    if edit.track_count:  # a similarity was of the old group: it is not kept
        assert [row[:3] for row in redone[1]] == [row[:3] for row in after[1]]
    assert redone[0] == after[0]
    assert redone[2:] == after[2:]


def test_edits_are_undone_in_a_row_to_the_beginning(library: Library, owner: User) -> None:
    acts = _edits(library, owner)
    before = snapshot(library)
    edits = [acts[kind]().last_edit for kind in ("rename", "confirm", "unassign", "merge")]
    for edit in reversed(edits):
        assert edit is not None
        history.undo(edit=edit, user=owner)
    assert snapshot(library) == before


def test_an_old_edit_is_not_undone_under_a_later_one(library: Library, owner: User) -> None:
    acts = _edits(library, owner)
    first, _ = acts["unassign"](), acts["merge"]()
    then = snapshot(library)
    assert first.last_edit is not None
    with pytest.raises(UndoBlocked, match="olga merged others into") as blocked:
        history.undo(edit=first.last_edit, user=owner)
    assert blocked.value.edit_id == IdentityEdit.objects.get(kind="merge").pk
    assert snapshot(library) == then


def test_an_older_merge_is_not_undone_under_a_later_one(library: Library, owner: User) -> None:
    one, two, three = (make_person(library) for _ in range(3))
    first = groups.merge(into=two, others=[one.pk], user=owner).last_edit
    groups.merge(into=three, others=[two.pk], user=owner)
    assert first is not None
    with pytest.raises(UndoBlocked):
        history.undo(edit=first, user=owner)


def test_edits_that_do_not_touch_each_other_are_undone_in_any_order(
    library: Library, owner: User
) -> None:
    one, two = make_person(library), make_person(library)
    named = identities.rename(identity=one, user=owner, name="Ada").last_edit
    groups.merge(into=one, others=[two.pk], user=owner)
    assert named is not None
    history.undo(edit=named, user=owner)
    one.refresh_from_db()
    assert one.name == ""
    assert one.is_locked  # the merge still stands


def test_a_name_that_was_given_away_since_does_not_come_back(library: Library, owner: User) -> None:
    one, two = make_person(library, name="Ada"), make_person(library)
    edit = identities.rename(identity=one, user=owner, name="").last_edit
    identities.rename(identity=two, user=owner, name="ada")
    assert edit is not None
    with pytest.raises(UndoBlocked, match="belongs to another person"):
        history.undo(edit=edit, user=owner)


@pytest.mark.parametrize("role", [Role.VIEWER, None])
def test_only_owner_and_editor_correct(library: Library, owner: User, role: Role | None) -> None:
    user = make_user()
    if role:
        add_member(library, user, role)
    edit = identities.hide(identity=make_person(library), user=owner).last_edit
    assert edit is not None
    before = snapshot(library)
    acts: list[Callable[[], object]] = [
        *_edits(library, user).values(),
        lambda: history.undo(edit=edit, user=user),
        lambda: history.redo(edit=edit, user=user),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert snapshot(library)[0][: len(before[0])] == before[0]
    assert IdentityEdit.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_at_once_lose_no_track() -> None:
    owner = make_user()
    library = make_library(owner=owner)
    one, two, three = (make_person(library, tracks=3) for _ in range(3))
    start = threading.Barrier(2)
    refused: list[str] = []

    def merge(into: Identity, other: Identity) -> None:
        start.wait()
        try:
            groups.merge(into=into, others=[other.pk, three.pk], user=owner)
        except EditRefused as error:
            refused.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=merge, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Track.objects.filter(identity__merged_into=None, identity__isnull=False).count() == 9
    edit = IdentityEdit.objects.get()
    history.undo(edit=edit, user=owner)
    assert [len(ids(person)) for person in (one, two, three)] == [3, 3, 3]
