"""Libraries and their members."""

from __future__ import annotations

import pytest

from ingest.errors import NotAllowed
from ingest.models import Role
from ingest.selectors import role_in
from ingest.services.libraries import (
    BadName,
    NameTaken,
    create_library,
    remove_member,
    set_member,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_it_makes_a_library_with_its_owner() -> None:
    owner = make_user()
    library = create_library(name=" Rushes\n2026 ", owner=owner)
    assert (library.name, library.slug) == ("Rushes 2026", "rushes-2026")
    assert role_in(owner, library) == Role.OWNER


@pytest.mark.parametrize("name", ["映画", "new", "!!!"])
def test_every_library_has_an_address_of_its_own(name: str) -> None:
    first = create_library(name=name, owner=None)
    second = create_library(name=name + "!", owner=None)
    assert first.slug != second.slug and first.slug != "new" and first.slug


def test_it_refuses_a_name_twice_and_no_name() -> None:
    create_library(name="Rushes", owner=None)
    with pytest.raises(NameTaken, match="already"):
        create_library(name="Rushes", owner=None)
    with pytest.raises(BadName):
        create_library(name=" \n", owner=None)


def test_a_library_keeps_an_owner() -> None:
    owner, other = make_user(), make_user()
    library = create_library(name="Rushes", owner=owner)
    set_member(library=library, user=other, role=Role.EDITOR)
    with pytest.raises(NotAllowed):
        set_member(library=library, user=owner, role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        remove_member(library=library, user=owner)
    set_member(library=library, user=other, role=Role.OWNER)
    remove_member(library=library, user=owner)
    assert role_in(owner, library) is None and role_in(other, library) == Role.OWNER
