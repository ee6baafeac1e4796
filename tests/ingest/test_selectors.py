"""Who may see which footage; the number of queries is part of the promise."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from ingest import selectors
from ingest.errors import NotAllowed
from ingest.models import Role
from tests.factories import (
    add_member,
    make_asset,
    make_camera,
    make_library,
    make_stage_run,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_members_see_their_libraries_only(django_assert_num_queries: Any) -> None:
    owner, viewer, outsider = make_user(), make_user(), make_user(is_superuser=True)
    library, other = make_library(owner=owner), make_library(owner=make_user())
    add_member(library, viewer, Role.VIEWER)
    asset = make_asset(library)
    make_asset(other)
    camera = make_camera(library)
    make_camera(other)
    for user in (owner, viewer):
        with django_assert_num_queries(3):
            assert list(selectors.libraries_for(user)) == [library]
            assert [found.library for found in selectors.assets_for(user)] == [library]
            assert list(selectors.cameras_for(user)) == [camera]
        assert list(selectors.assets_for(user)) == [asset]
    for stranger in (outsider, AnonymousUser()):
        assert not selectors.libraries_for(stranger).exists()
        assert not selectors.assets_for(stranger).exists()
        assert not selectors.cameras_for(stranger).exists()


@pytest.mark.parametrize("role", list(Role))
def test_roles_decide(role: Role, django_assert_num_queries: Any) -> None:
    library, user = make_library(), make_user()
    add_member(library, user, role)
    with django_assert_num_queries(1):
        assert selectors.role_in(user, library) == role
    with django_assert_num_queries(1):
        assert selectors.require_role(user, library, role) == role
    assert selectors.require_role(user, library) == role
    others = [other for other in Role if other != role]
    with pytest.raises(NotAllowed):
        selectors.require_role(user, library, *others)


def test_strangers_have_no_role() -> None:
    library = make_library()
    for user in (make_user(is_superuser=True), AnonymousUser()):
        assert selectors.role_in(user, library) is None
        with pytest.raises(NotAllowed, match="not a member"):
            selectors.require_role(user, library)


def test_runs_come_in_the_order_of_the_path(settings: Any, django_assert_num_queries: Any) -> None:
    settings.PIPELINE = ("ingest.stages.probe", "ingest.stages.shots")
    asset = make_asset(make_library())
    make_stage_run(asset, "ingest.stages.shots")
    make_stage_run(asset, "ingest.stages.probe")
    with django_assert_num_queries(1):
        names = [run.stage for run in selectors.runs_of(asset)]
    assert names == ["ingest.stages.probe", "ingest.stages.shots"]
